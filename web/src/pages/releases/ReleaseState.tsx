// Whether a release may be installed: what Apple and what administrators say.

import { useTranslation } from "react-i18next";
import { Badge } from "../../parts/Badge";
import type { Release } from "./queries";
import classes from "./Releases.module.css";

export function ReleaseState({ release }: { release: Release }) {
  const { t } = useTranslation("releases");
  if (release.held) {
    return <Badge tone="warn">{t("held")}</Badge>;
  }
  if (release.availability === "withdrawn") {
    return <Badge tone="bad">{t("availability.withdrawn")}</Badge>;
  }
  if (release.availability === "expired") {
    return <span className={classes.quiet}>{t("availability.expired")}</span>;
  }
  if (!release.approved) {
    return <Badge tone="warn">{t("not_approved")}</Badge>;
  }
  return <span>{t(`availability.${release.availability}`)}</span>;
}
