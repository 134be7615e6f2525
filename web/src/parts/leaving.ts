// Leaving a page with something unsaved on it asks first; another tab of the page is no leaving.

import { useBlocker } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

export function useLeaving(isDirty: boolean): void {
  const { t } = useTranslation("preview");
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isDirty && current.pathname !== next.pathname && !window.confirm(t("leave")),
    enableBeforeUnload: isDirty,
  });
}
