// The filters that have no place beside the search.

import { Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { inert } from "../../parts/inert";
import classes from "./Devices.module.css";
import { blueprintNamesQuery, itemNamesQuery } from "./queries";
import { ReasonFilters } from "./ReasonFilters";
import { type Changes, type DeviceSearch, enrollments, lists, standings } from "./search";

interface Props {
  search: DeviceSearch;
  change: (changes: Changes) => void;
}

const inside = { comboboxProps: { withinPortal: false } } as const;

export function MoreFilters({ search, change }: Props) {
  const { t } = useTranslation("devices");
  const { data: blueprints = [] } = useQuery(blueprintNamesQuery);
  const { data: items = [] } = useQuery(itemNamesQuery);
  const choice = (name: "overdue" | "meets_floor" | "supervised", yes: string, no: string) => (
    <Select
      {...inside}
      label={t(`filter.${name}`)}
      placeholder={t("filter.any")}
      data={[
        { value: "true", label: yes },
        { value: "false", label: no },
      ]}
      value={search[name] === undefined ? null : String(search[name])}
      onChange={(value) => change({ [name]: value === null ? null : value === "true" })}
      clearable
    />
  );
  const named = (
    name: "blueprint_id" | "item_id" | "standing" | "list" | "enrollment",
    data: { value: string; label: string }[],
  ) => (
    <Select
      {...inside}
      label={t(`filter.${name}`)}
      placeholder={t("filter.any")}
      data={data}
      value={search[name] ?? null}
      onChange={(value) => change({ [name]: value })}
      clearable
      searchable
    />
  );
  const byId = (all: { id: string; name: string }[]) =>
    all.map(({ id, name }) => ({ value: id, label: inert(name) }));
  return (
    <div className={classes.filters}>
      {named(
        "standing",
        standings.map((value) => ({ value, label: t(`standing.${value}`) })),
      )}
      {choice("overdue", t("filter.overdue_yes"), t("filter.overdue_no"))}
      {choice("meets_floor", t("filter.meets_floor_yes"), t("filter.meets_floor_no"))}
      {named(
        "list",
        lists.map((value) => ({ value, label: t(`filter.lists.${value}`) })),
      )}
      <ReasonFilters search={search} change={change} isLabeled />
      {named("blueprint_id", byId(blueprints))}
      {named("item_id", byId(items))}
      {(
        [
          "model",
          "os_version",
          "os_version_from",
          "os_version_below",
          "build",
          "target_version",
          "tag",
        ] as const
      ).map((name) => (
        <Typed key={name} name={name} value={search[name] ?? ""} change={change} />
      ))}
      <TextInput
        type="date"
        label={t("filter.due_on")}
        value={search.due_on ?? ""}
        onChange={(event) => change({ due_on: event.currentTarget.value })}
      />
      {choice("supervised", t("filter.supervised_yes"), t("filter.supervised_no"))}
      {named(
        "enrollment",
        enrollments.map((value) => ({ value, label: t(`details.enrollment_kind.${value}`) })),
      )}
      {(["due_before", "not_seen_since", "enrolled_since", "enrolled_before"] as const).map(
        (name) => (
          <TextInput
            key={name}
            type="datetime-local"
            label={`${t(`filter.${name}`)} (${t("filter.your_time")})`}
            value={localOf(search[name])}
            onChange={(event) => change({ [name]: momentOf(event.currentTarget.value) })}
          />
        ),
      )}
    </div>
  );
}

interface TypedProps {
  name:
    | "model"
    | "os_version"
    | "os_version_from"
    | "os_version_below"
    | "build"
    | "target_version"
    | "tag";
  value: string;
  change: (changes: Changes) => void;
}

/** A text that counts once it is left or confirmed. */
function Typed({ name, value, change }: TypedProps) {
  const { t } = useTranslation("devices");
  return (
    <TextInput
      // Another value from outside, such as a chip that was taken away, is shown.
      key={value}
      label={t(`filter.${name}`)}
      defaultValue={value}
      onBlur={(event) => change({ [name]: event.currentTarget.value.trim() })}
      onKeyDown={(event) => {
        if (event.key === "Enter") {
          change({ [name]: event.currentTarget.value.trim() });
        }
      }}
    />
  );
}

/** A moment as the browser's field has it, in the reader's time. */
function localOf(moment: string | undefined): string {
  const date = new Date(moment ?? "");
  if (Number.isNaN(date.getTime())) {
    return "";
  }
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

function momentOf(local: string): string {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
