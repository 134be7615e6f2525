// The device list's filters: where they are chosen, and as chips that take them away.

import { Button, Popover, Select } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { FilterChip } from "../../parts/FilterChip";
import { inert } from "../../parts/inert";
import { platforms } from "../../parts/Platform";
import { day, yours } from "../../parts/time";
import classes from "./Devices.module.css";
import { MoreFilters } from "./MoreFilters";
import { blueprintNamesQuery, itemNamesQuery } from "./queries";
import { type blockers, type Changes, chips, type DeviceSearch, type reasons } from "./search";

interface Props {
  search: DeviceSearch;
  change: (changes: Changes) => void;
}

export function DeviceFilters({ search, change }: Props) {
  const { t } = useTranslation(["devices", "common"]);
  return (
    <>
      <Select
        aria-label={t("filter.platform")}
        placeholder={t("filter.any_platform")}
        data={platforms.map((value) => ({ value, label: t(`common:platform.${value}`) }))}
        value={search.platform ?? null}
        onChange={(value) => change({ platform: value as DeviceSearch["platform"] | null })}
        clearable
        w={150}
      />
      <Popover position="bottom-start" trapFocus shadow="md">
        <Popover.Target>
          <Button variant="default" leftSection={<IconFilter size={16} />}>
            {t("common:filters.more")}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={t("common:filters.more")}>
          <MoreFilters search={search} change={change} />
        </Popover.Dropdown>
      </Popover>
    </>
  );
}

export function DeviceChips({ search, change }: Props) {
  const { t, i18n } = useTranslation(["devices", "common"]);
  const { data: blueprints } = useQuery(blueprintNamesQuery);
  const { data: items } = useQuery(itemNamesQuery);
  const active = chips.filter((name) => search[name] !== undefined);
  if (active.length === 0) {
    return null;
  }
  const named = (all: { id: string; name: string }[] | undefined, id: unknown): string =>
    all?.find((one) => one.id === id)?.name ?? (all ? t("filter.gone") : "…");
  const says = (name: (typeof chips)[number]): string => {
    const value = search[name];
    switch (name) {
      case "overdue":
        return value ? t("filter.overdue_yes") : t("filter.overdue_no");
      case "meets_floor":
        return value ? t("filter.meets_floor_yes") : t("filter.meets_floor_no");
      case "supervised":
        return value ? t("filter.supervised_yes") : t("filter.supervised_no");
      case "enrollment":
        return `${t("filter.enrollment")}: ${t(`details.enrollment_kind.${search.enrollment ?? "device"}`)}`;
      case "blueprint_id":
        return `${t("filter.blueprint_id")}: ${named(blueprints, value)}`;
      case "item_id":
        return `${t("filter.item_id")}: ${named(items, value)}`;
      case "due_before":
      case "not_seen_since":
      case "enrolled_since":
      case "enrolled_before":
        return `${t(`filter.${name}`)} ${yours(String(value), { language: i18n.language })}`;
      case "standing":
        return t(`standing.${search.standing ?? "on_time"}`);
      case "reason":
        return `${t("filter.reason")}: ${t(`reason.${search.reason as (typeof reasons)[number]}`)}`;
      case "blocker":
        return `${t("filter.blocker")}: ${t(`readiness.blocker.${search.blocker as (typeof blockers)[number]}`)}`;
      case "due_on":
      case "due_after":
        return `${t(`filter.${name}`)} ${day(String(value), { language: i18n.language })}`;
      case "list":
        return `${t("filter.list")}: ${t(`filter.lists.${search.list ?? "macos"}`)}`;
      case "os_version_from":
      case "os_version":
      case "os_version_below":
      case "target_version":
      case "tag":
      case "model":
      case "build":
        return `${t(`filter.${name}`)}: ${inert(String(value))}`;
    }
  };
  return (
    <div className={classes.chips}>
      {active.map((name) => (
        <FilterChip key={name} says={says(name)} remove={() => change({ [name]: null })} />
      ))}
      {active.length > 1 && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => change(Object.fromEntries(active.map((name) => [name, null])))}
        >
          {t("common:filters.clear")}
        </Button>
      )}
    </div>
  );
}
