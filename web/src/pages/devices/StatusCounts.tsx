// How many devices stand how; each number is a filter.

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { statuses, tone } from "../../parts/Status";
import classes from "./Devices.module.css";
import type { DeviceSearch } from "./search";

interface Props {
  counts: Schemas["DeviceCounts"] | undefined;
  search: DeviceSearch;
}

export function StatusCounts({ counts, search }: Props) {
  const { t, i18n } = useTranslation(["devices", "common"]);
  const number = new Intl.NumberFormat(i18n.language);
  const { status: chosen, ...others } = search;
  const shown = statuses.filter((status) => counts?.by_status[status] || status === chosen);
  return (
    <nav aria-label={t("by_status")} className={classes.counts}>
      <Link
        to="/devices"
        search={others}
        replace
        className={classes.count}
        data-chosen={!chosen || undefined}
      >
        {t("all")} <b>{counts ? number.format(counts.total) : "–"}</b>
      </Link>
      {shown.map((status) => (
        <Link
          key={status}
          to="/devices"
          search={{ ...others, status }}
          replace
          className={classes.count}
          data-tone={tone[status]}
          data-chosen={status === chosen || undefined}
        >
          {t(`common:status.${status}`)} <b>{number.format(counts?.by_status[status] ?? 0)}</b>
        </Link>
      ))}
    </nav>
  );
}
