// How many devices stand how; each number is a filter.

import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { numberFormat } from "./number";
import { Sideways } from "./Sideways";
import { type StatusName, statuses, tone } from "./Status";
import classes from "./StatusCounts.module.css";

/** What a filter's link has, besides where it goes. */
export interface CountLink {
  className: string | undefined;
  children: ReactNode;
  "data-tone"?: string;
  "data-chosen": true | undefined;
}

interface Props {
  counts: Schemas["DeviceCounts"] | undefined;
  chosen: StatusName | undefined;
  /** A link to the devices of a status, or of all. */
  link: (status: StatusName | undefined, props: CountLink) => ReactNode;
}

export function StatusCounts({ counts, chosen, link }: Props) {
  const { t, i18n } = useTranslation(["devices", "common"]);
  const number = numberFormat(i18n.language);
  const shown = statuses.filter((status) => counts?.by_status[status] || status === chosen);
  const all = (
    <>
      {t("all")} <b>{counts ? number.format(counts.total) : "–"}</b>
    </>
  );
  return (
    <nav aria-label={t("by_status")}>
      <Sideways chosen={chosen}>
        <div className={classes.counts}>
          {link(undefined, {
            className: classes.count,
            children: all,
            "data-chosen": !chosen || undefined,
          })}
          {shown.map((status) => (
            <Fragment key={status}>
              {link(status, {
                className: classes.count,
                children: (
                  <>
                    {t(`common:status.${status}`)}{" "}
                    <b>{number.format(counts?.by_status[status] ?? 0)}</b>
                  </>
                ),
                "data-tone": tone[status],
                "data-chosen": status === chosen || undefined,
              })}
            </Fragment>
          ))}
        </div>
      </Sideways>
    </nav>
  );
}
