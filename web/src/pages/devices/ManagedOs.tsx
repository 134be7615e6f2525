// Which version the device must run, by when, and every reason for it.

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge } from "../../parts/Badge";
import { Card } from "../../parts/Card";
import { ExceptionsCard } from "../../parts/exceptions/ExceptionsCard";
import { FailedMessage } from "../../parts/Message";
import { PageLoading } from "../../parts/PageLoading";
import { StatusBadge } from "../../parts/Status";
import { Theirs } from "../../parts/Theirs";
import { Day, DeviceTime, Moment, Utc } from "../../parts/Time";
import { Said } from "../../parts/wording/Said";
import { Declarations } from "./Declarations";
import classes from "./Device.module.css";
import { explanationQuery, itemNamesQuery, timelineQuery } from "./queries";
import { Readiness } from "./Readiness";

type Explanation = Schemas["Explanation"];

export function ManagedOs({ device }: { device: Schemas["DeviceRecord"] }) {
  const { t } = useTranslation("devices");
  const { data, error, refetch } = useQuery(explanationQuery(device.id));
  if (error && !data) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <PageLoading />;
  }
  return (
    <div className={classes.panel}>
      <div className={classes.column}>
        <Card title={t("os.target")}>
          <Target device={device} explanation={data} />
        </Card>
        <Readiness device={device} />
        <Trace steps={data.decision.trace} />
        {data.would_change.length > 0 && (
          <Card title={t("os.would_change")}>
            <ul className={classes.wishes}>
              {data.would_change.map(({ code, sentence, values }) => (
                <li key={sentence}>
                  <Said
                    wording={{ code: `remedy.${code}`, values }}
                    fallback={sentence}
                    className={classes.sentence}
                  />
                </li>
              ))}
            </ul>
          </Card>
        )}
        <Card title={t("os.declarations")}>
          <Declarations all={data.declarations} />
        </Card>
      </div>
      <div className={classes.column}>
        <Exceptions device={device} />
        <Timeline id={device.id} />
        <Card title={t("os.releases")}>
          <Releases all={data.releases} target={targetOf(data)} />
        </Card>
      </div>
    </div>
  );
}

/** A device is exempt from items that enforce a version; others give no deadline. */
function Exceptions({ device: { id, items } }: { device: Schemas["DeviceRecord"] }) {
  const { data: all = [] } = useQuery(itemNamesQuery);
  const managing = all.filter(
    (one) => one.type === "managed_os" && items.some((item) => item.id === one.id),
  );
  return <ExceptionsCard of={{ kind: "device", id, items: managing }} />;
}

/** Every rule that fired; an item is named where another one begins to speak. */
function Trace({ steps }: { steps: Schemas["TraceStep"][] }) {
  const { t } = useTranslation("devices");
  const items = [...new Set(steps.map((step) => step.item).filter(Boolean))];
  const [only] = items.length === 1 ? items : [];
  return (
    <Card title={t("os.why")} beside={only && <span className={classes.item}>{only}</span>}>
      <ol className={classes.trace}>
        {steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step has no name of its own
          <li key={index} className={classes.step}>
            <div>
              <Said wording={step} fallback={step.sentence} className={classes.sentence} />
              {!only && step.item && step.item !== steps[index - 1]?.item && (
                <div className={classes.item}>{step.item}</div>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function targetOf({ decision: { outcome } }: Explanation): string | undefined {
  return outcome.kind === "install" ? outcome.version : undefined;
}

function Target({
  device,
  explanation,
}: {
  device: Schemas["DeviceRecord"];
  explanation: Explanation;
}) {
  const { t } = useTranslation(["devices", "common"]);
  const { outcome } = explanation.decision;
  if (outcome.kind !== "install") {
    return <Said wording={device.decision.wording} fallback={device.decision.reason} />;
  }
  const { mechanism } = explanation.decision;
  const { days_left: daysLeft } = device.decision;
  return (
    <dl className={classes.target}>
      <div>
        <dt>{t("os.version")}</dt>
        <dd>
          {outcome.version} <small>{outcome.build}</small>
        </dd>
      </div>
      <div>
        <dt>{t("os.deadline")}</dt>
        <dd>
          <DeviceTime local={outcome.deadline_local} at={outcome.deadline_at} />
          {daysLeft != null && <small>{t("os.days_left", { count: daysLeft })}</small>}
          <small>
            {outcome.deadline_at ? (
              <Moment at={outcome.deadline_at} />
            ) : (
              t("common:time.device_offset_unknown")
            )}
          </small>
          {outcome.deadline_at && (
            <small>
              <Utc at={outcome.deadline_at} />
            </small>
          )}
        </dd>
      </div>
      <div>
        <dt>{t("os.wanted_by")}</dt>
        <dd>
          {outcome.item}
          {mechanism && <small>{t(`common:mechanism.${mechanism}`)}</small>}
        </dd>
      </div>
      {outcome.then && (
        <div>
          <dt>{t("os.then")}</dt>
          <dd>{outcome.then}</dd>
        </div>
      )}
    </dl>
  );
}

function Timeline({ id }: { id: string }) {
  const { t } = useTranslation("devices");
  const { data, error, refetch } = useQuery(timelineQuery(id));
  return (
    <Card title={t("os.timeline")}>
      {error && !data && <FailedMessage error={error} retry={() => void refetch()} />}
      {data?.length === 0 && <p>{t("os.no_timeline")}</p>}
      <ol className={classes.timeline}>
        {data?.map((entry) => (
          <li key={`${entry.at} ${entry.status} ${entry.sentence}`} className={classes.event}>
            <div className={classes.eventHead}>
              <StatusBadge status={entry.status} />
              <span className={classes.when}>
                <Moment at={entry.at} />
                {" · "}
                {t(`os.source.${entry.source}`)}
              </span>
            </div>
            <Said wording={entry.wording} fallback={entry.sentence} className={classes.sentence} />
            {entry.device_words && (
              <p className={classes.words}>
                {t("os.device_says")} <q>{<Theirs text={entry.device_words} />}</q>
              </p>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Releases({
  all,
  target,
}: {
  all: Schemas["ApplicableRelease"][];
  target: string | undefined;
}) {
  const { t } = useTranslation("devices");
  if (all.length === 0) {
    return <p>{t("os.no_releases")}</p>;
  }
  const newest = [...all].reverse();
  return (
    <div className={classes.wide}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>{t("os.version")}</th>
            <th>{t("column.build")}</th>
            <th>{t("os.released")}</th>
            <th>{t("os.installable")}</th>
          </tr>
        </thead>
        <tbody>
          {newest.map((release) => (
            <tr key={`${release.version} ${release.build}`}>
              <td className="number">
                {release.version}
                {release.version === target && (
                  <>
                    {" "}
                    <Badge tone="busy">{t("column.target")}</Badge>
                  </>
                )}
              </td>
              <td className={classes.code}>{release.build}</td>
              <td>
                <Day date={release.released_on} />
              </td>
              <td>{release.installable ? t("yes") : t("no")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
