// What came out: a sentence that sums up, and the plots; while it is computed, how far it is.

import { Alert, Button, Progress } from "@mantine/core";
import { IconDevices, IconInfoCircle } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { FailedMessage, Message } from "../../parts/Message";
import { sentence } from "../../parts/sentence";
import type { LibraryItem } from "../library/queries";
import classes from "./Backtest.module.css";
import { Bars } from "./Bars";
import { Current } from "./Current";
import { ExportMenu } from "./ExportMenu";
import { Exposure } from "./Exposure";
import { type Backtest, backtestQuery, requestOf } from "./queries";
import type { Wish } from "./search";
import { hundredths, LETTERS, policyName, type Replayed, sumUp } from "./words";

interface Props {
  wish: Wish;
  items: LibraryItem[];
  today: string;
  choose: (changes: Partial<Wish>) => void;
}

export function Results({ wish, items, today, choose }: Props) {
  const { t } = useTranslation(["backtest", "library", "common"]);
  const requests = wish.policies.map((policy) => requestOf(policy, wish, { items, today }));
  const queries = useQueries({ queries: requests.map((request) => backtestQuery(request)) });
  const failed = queries.find((query) => query.error);
  const done = queries.filter((query) => query.data).length;
  const wanted = requests.filter((request) => request !== null).length;
  if (failed?.error) {
    return <Failed error={failed.error} retry={() => void failed.refetch()} />;
  }
  if (wanted === 0) {
    return <Message title={t("item_gone")}>{t("item_gone_text")}</Message>;
  }
  if (done < wanted) {
    return <Working done={done} of={wanted} />;
  }
  const all = queries.flatMap(({ data }, index): (Replayed & { data: Backtest })[] => {
    const [report] = data?.policies ?? [];
    const policy = wish.policies[index];
    const letter = LETTERS[index] ?? "";
    return data && report && policy
      ? [{ letter, name: policyName(t, policy, items), report, data }]
      : [];
  });
  const [first] = all;
  if (!first) {
    return null;
  }
  if (first.report.devices === 0) {
    return <NoDevice wish={wish} choose={choose} />;
  }
  return <Shown all={all} first={first.data} />;
}

function Failed({ error, retry }: { error: Error; retry: () => void }) {
  const details = error instanceof ApiError ? error.details : [];
  if (details.length === 0) {
    return <FailedMessage error={error} retry={retry} />;
  }
  return (
    <Alert color="red" role="alert" className={classes.results}>
      {details.map(({ field, message }) => (
        <div key={`${field} ${message}`}>{sentence(message)}</div>
      ))}
    </Alert>
  );
}

/** Long work: how far it is, and that it goes on without being watched. */
function Working({ done, of }: { done: number; of: number }) {
  const { t } = useTranslation("backtest");
  // Something is seen to be done from the first moment on.
  const share = ((done + 0.15) / of) * 100;
  return (
    <div className={classes.working} role="status" data-loading>
      <p>{t("working", { done, count: of })}</p>
      <Progress value={share} animated striped aria-label={t("progress")} />
      <p className={classes.note}>{t("working_leave")}</p>
    </div>
  );
}

function NoDevice({ wish, choose }: Pick<Props, "wish" | "choose">) {
  const { t } = useTranslation("backtest");
  const isOwn = wish.fleet.kind === "own";
  return (
    <Message
      Icon={IconDevices}
      title={t(isOwn ? "none" : "none_sample")}
      action={
        isOwn && (
          <Button
            variant="default"
            onClick={() =>
              choose({
                fleet: {
                  kind: "sample",
                  devices: [{ platform: "macos", update_id: "J274AP", devices: 100 }],
                },
              })
            }
          >
            {t("none_do")}
          </Button>
        )
      }
    >
      {t(isOwn ? "none_text" : "none_sample_text")}
    </Message>
  );
}

function Shown({ all, first }: { all: Replayed[]; first: Backtest }) {
  const { t, i18n } = useTranslation(["backtest", "library", "common"]);
  const { language } = i18n;
  const span = { from: first.from, until: first.until };
  const names = (header: string[], row: (one: Replayed) => string[]) => ({
    header: [t("policy"), ...header],
    rows: all.map((one) => [`${one.letter}: ${one.name}`, ...row(one)]),
  });
  const restarts = ({ report }: Replayed) => hundredths(report.restarts_a_year_percent, language);
  const days = ({ report }: Replayed) => hundredths(report.exposed_days_percent, language);
  return (
    <section aria-label={t("results")} className={classes.results}>
      <div className={classes.sum}>
        <p className={classes.sentence} aria-live="polite">
          {sumUp(t, all, language)}
        </p>
        <ExportMenu all={all} />
      </div>
      {first.devices_left_out > 0 && (
        <p className={classes.leftOut}>
          <IconInfoCircle size={15} aria-hidden="true" />
          {t("left_out", { count: first.devices_left_out })}
        </p>
      )}
      <div className={classes.pair}>
        <Bars
          title={t("restarts.title")}
          unit={t("restarts.unit")}
          all={all}
          bar={(one) => ({ value: one.report.restarts_a_year_percent, text: restarts(one) })}
          table={names([t("restarts.column")], (one) => [restarts(one)])}
        />
        <Bars
          title={t("days.title")}
          unit={t("days.unit")}
          all={all}
          bar={(one) => ({
            value: one.report.exposed_days_percent,
            reach: one.report.worst_exposed_days * 100,
            text: t("days.bar", { days: days(one), worst: one.report.worst_exposed_days }),
          })}
          table={names([t("days.mean"), t("days.worst")], (one) => [
            days(one),
            String(one.report.worst_exposed_days),
          ])}
        />
      </div>
      <Exposure all={all} span={span} />
      <Current all={all} span={span} />
    </section>
  );
}
