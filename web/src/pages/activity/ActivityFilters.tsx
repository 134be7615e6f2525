// The audit log's filters.

import { Select, TextInput } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { FilterChip } from "../../parts/FilterChip";
import { inert } from "../../parts/inert";
import { SearchBox } from "../../parts/SearchBox";
import classes from "./Activity.module.css";
import { type AuditSearch, beginOf, dayOf, endOf } from "./search";
import { objectOf } from "./words";

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
        value={search.since ? dayOf(search.since, "since") : ""}
        onChange={(day) => change({ since: beginOf(day) })}
      />
      <DayInput
        label={t("filter.until")}
        value={search.until ? dayOf(search.until, "until") : ""}
        onChange={(day) => change({ until: endOf(day) })}
      />
      {search.object && (
        <ObjectChip object={search.object} remove={() => change({ object: null })} />
      )}
    </>
  );
}

/** What the entries are about, where a page led here with it. */
function ObjectChip({ object, remove }: { object: string; remove: () => void }) {
  const { t } = useTranslation("activity");
  const { kind, id } = objectOf({ object });
  const name = t(`kind.${kind}` as "kind.devices", { defaultValue: kind.replaceAll("_", " ") });
  const says = inert(`${t("filter.object")}: ${name}${id ? ` ${id.slice(0, 13)}` : ""}`);
  return <FilterChip says={says} remove={remove} />;
}

interface DayProps {
  label: string;
  value: string;
  onChange: (day: string) => void;
}

/** A day of the reader. */
function DayInput({ label, value, onChange }: DayProps) {
  const id = useId();
  return (
    <label className={classes.day} htmlFor={id}>
      {label}
      <TextInput
        id={id}
        type="date"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}
