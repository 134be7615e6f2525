// How devices stand, as a bar of their shares with the numbers beside it.

import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { numberFormat } from "./number";
import { statuses, tone } from "./Status";
import classes from "./StatusBar.module.css";

const TONES = ["bad", "open", "busy", "good", "quiet"] as const;

export function StatusBar({ counts }: { counts: Schemas["DeviceCounts"] }) {
  const { t, i18n } = useTranslation("common");
  const number = numberFormat(i18n.language);
  const { total, by_status: by } = counts;
  const present = statuses.filter((status) => by[status]);
  const words = present.map(
    (status) => `${number.format(by[status] ?? 0)} ${t(`status.${status}`)}`,
  );
  const errors = by.error ?? 0;
  return (
    <span className={classes.standing} title={words.join(", ")}>
      <span className={classes.bar} aria-hidden="true">
        {TONES.map((one) => {
          const share = statuses
            .filter((status) => tone[status] === one)
            .reduce((sum, status) => sum + (by[status] ?? 0), 0);
          return share === 0 ? null : (
            <span key={one} data-tone={one} style={{ flexGrow: share }} />
          );
        })}
      </span>
      <span className={classes.text}>
        {t("devices", { count: total, number: number.format(total) })}
        {errors > 0 && (
          <b className={classes.bad}>
            {" · "}
            {number.format(errors)} {t("status.error")}
          </b>
        )}
      </span>
      <span className="only-read-aloud">{words.join(", ")}</span>
    </span>
  );
}
