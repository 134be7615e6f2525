// The audit log's filters.

import { Select, TextInput } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { SearchBox } from "../../parts/SearchBox";
import classes from "./Activity.module.css";
import type { AuditSearch } from "./search";

interface Props {
  search: AuditSearch;
  change: (changes: Partial<Record<keyof AuditSearch, string | null>>) => void;
}

export function ActivityFilters({ search, change }: Props) {
  const { t } = useTranslation("activity");
  const acts = Object.entries(t("act", { returnObjects: true }) as Record<string, string>);
  return (
    <>
      <SearchBox
        label={t("filter.actor_name")}
        value={search.actor_name ?? ""}
        onChange={(text) => change({ actor_name: text })}
        className={classes.search}
      />
      <Select
        aria-label={t("filter.action")}
        placeholder={t("filter.any_action")}
        data={acts
          .map(([value, label]) => ({ value, label }))
          .sort((a, b) => a.label.localeCompare(b.label))}
        value={search.action ?? null}
        onChange={(value) => change({ action: value })}
        clearable
        searchable
        w={220}
      />
      <DayInput
        label={t("filter.since")}
        value={search.since}
        onChange={(since) => change({ since })}
      />
      <DayInput
        label={t("filter.until")}
        value={search.until}
        onChange={(until) => change({ until })}
      />
    </>
  );
}

interface DayProps {
  label: string;
  value: string | undefined;
  onChange: (moment: string | null) => void;
}

/** A day of the reader, as the moment it begins. */
function DayInput({ label, value, onChange }: DayProps) {
  const id = useId();
  return (
    <label className={classes.day} htmlFor={id}>
      {label}
      <TextInput
        id={id}
        type="date"
        value={value ? localDay(value) : ""}
        onChange={(event) => {
          const day = event.currentTarget.value;
          onChange(day ? new Date(`${day}T00:00:00`).toISOString() : null);
        }}
      />
    </label>
  );
}

function localDay(moment: string): string {
  const at = new Date(moment);
  const pad = (value: number) => String(value).padStart(2, "0");
  return Number.isNaN(at.getTime())
    ? ""
    : `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}
