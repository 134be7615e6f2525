// What a page shows while it loads.

import { Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./PageLoading.module.css";

export function PageLoading() {
  const { t } = useTranslation();
  return (
    <div className={classes.loading} role="status" data-loading>
      <Loader size="sm" />
      <span className="only-read-aloud">{t("loading")}</span>
    </div>
  );
}
