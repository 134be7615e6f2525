// Why devices are where they are, to choose by.

import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { blockers, type Changes, type DeviceSearch, reasons } from "./search";

interface Props {
  search: Pick<DeviceSearch, "reason" | "blocker">;
  change: (changes: Changes) => void;
  /** Whether each is named above itself, or inside. */
  isLabeled?: boolean;
}

export function ReasonFilters({ search, change, isLabeled = false }: Props) {
  const { t } = useTranslation("devices");
  const named = (label: string, any: string) =>
    isLabeled
      ? { label, placeholder: t("filter.any"), comboboxProps: { withinPortal: false } }
      : { "aria-label": label, placeholder: any, flex: "1 1 12rem", maw: 260 };
  return (
    <>
      <Select
        {...named(t("filter.reason"), t("filter.any_reason"))}
        data={reasons.map((value) => ({ value, label: t(`reason.${value}`) }))}
        value={search.reason ?? null}
        onChange={(reason) => change({ reason })}
        clearable
        searchable
      />
      <Select
        {...named(t("filter.blocker"), t("filter.any_blocker"))}
        data={blockers.map((value) => ({ value, label: t(`readiness.blocker.${value}`) }))}
        value={search.blocker ?? null}
        onChange={(blocker) => change({ blocker })}
        clearable
        searchable
      />
    </>
  );
}
