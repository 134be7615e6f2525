// Everything else that is known about a device.

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Card } from "../../parts/Card";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import { BlueprintLink } from "./BlueprintLink";
import classes from "./Device.module.css";

export function DeviceDetails({ device }: { device: Schemas["DeviceRecord"] }) {
  const { t } = useTranslation("devices");
  const yesNo = (value: boolean | null | undefined) =>
    value == null ? t("details.unknown") : value ? t("yes") : t("no");
  const moment = (at: string | null | undefined, none = t("details.never")) =>
    at ? <Moment at={at} /> : none;
  const theirs = (text: string | null | undefined) => (text ? <Theirs text={text} /> : "–");
  const blueprint = device.blueprint ? <BlueprintLink {...device.blueprint} /> : "–";
  return (
    <div className={classes.panel}>
      <div className={classes.column}>
        <Card title={t("details.device")}>
          <Pairs
            all={[
              [t("column.name"), theirs(device.name)],
              [t("column.serial_number"), theirs(device.serial_number)],
              [t("column.model"), theirs(device.model)],
              [t("column.product"), theirs(device.product)],
              [t("details.update_id"), theirs(device.update_id)],
              ["UDID", theirs(device.udid)],
              [t("column.os_version"), theirs(device.os_version)],
              [t("column.build"), theirs(device.build)],
              [t("details.apple_silicon"), yesNo(device.apple_silicon)],
              [t("details.offset"), offset(device.utc_offset_minutes) ?? t("details.unknown")],
            ]}
          />
        </Card>
        <Card title={t("details.status_items")}>
          <StatusItems all={device.status_items} />
        </Card>
      </div>
      <div className={classes.column}>
        <Card title={t("details.management")}>
          <Pairs
            all={[
              [t("column.blueprint"), blueprint],
              [t("column.tags"), theirs(device.tags.join(", "))],
              [t("details.enrollment"), t(`details.enrollment_kind.${device.enrollment}`)],
              [t("details.enrolled"), moment(device.enrolled_at)],
              [t("details.last_seen"), moment(device.last_seen_at)],
              [t("column.supervised"), yesNo(device.supervised)],
              [t("details.ddm"), yesNo(device.has_ddm_enforcement)],
              [t("details.bootstrap_token"), yesNo(device.bootstrap_token_escrowed)],
              [t("details.identity"), moment(device.identity_expires_at, t("details.unknown"))],
            ]}
          />
        </Card>
        <Card title={t("details.items")}>
          {device.items.length === 0 ? (
            <p>{t("details.no_items")}</p>
          ) : (
            <Pairs
              all={device.items.map((item) => [
                item.label,
                <span key={item.id}>
                  {item.ring && (
                    <>
                      <Theirs text={item.ring} />
                      <br />
                    </>
                  )}
                  {t("details.reached")} <Moment at={item.reached_at} />
                </span>,
              ])}
            />
          )}
        </Card>
      </div>
    </div>
  );
}

function Pairs({ all }: { all: [string, ReactNode][] }) {
  return (
    <dl className={classes.pairs}>
      {all.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two items may have one label
        <PairOf key={index} name={name} value={value} />
      ))}
    </dl>
  );
}

function PairOf({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function StatusItems({ all }: { all: Record<string, unknown> }) {
  const { t } = useTranslation("devices");
  const names = Object.keys(all).sort();
  if (names.length === 0) {
    return <p>{t("details.no_status_items")}</p>;
  }
  return (
    <Pairs
      all={names.map((name) => [
        name,
        <Theirs key={name} text={JSON.stringify(all[name])} className={classes.code} />,
      ])}
    />
  );
}

/** A device's distance from UTC: `UTC+01:00`. */
function offset(minutes: number | null | undefined): string | undefined {
  if (minutes == null) {
    return undefined;
  }
  const pad = (value: number) => String(value).padStart(2, "0");
  const far = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${pad(Math.trunc(far / 60))}:${pad(far % 60)}`;
}
