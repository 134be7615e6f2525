// How many of the devices that can run a release do.

import { useTranslation } from "react-i18next";
import { numberFormat } from "../../parts/number";
import type { Release } from "./queries";
import classes from "./Releases.module.css";

export function Adoption({ release, isWide }: { release: Release; isWide?: boolean }) {
  const { t, i18n } = useTranslation("releases");
  const { devices_able: able, devices_done: done } = release;
  if (able === 0) {
    return <span className={classes.quiet}>{t("no_device")}</span>;
  }
  const number = numberFormat(i18n.language);
  const words = t("done_of", { done: number.format(done), able: number.format(able) });
  return (
    <span className={classes.adoption} data-wide={isWide || undefined}>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.bar} style={{ width: `${Math.min(100, (done / able) * 100)}%` }} />
      </span>
      <span className="number">{words}</span>
    </span>
  );
}
