// Settings in words: on cards, in what changed, and where two people disagree.

import type { TFunction } from "i18next";
import type { Schemas } from "../../api/client";
import { conditionSays, type Words as RuleWords } from "../../parts/condition/says";
import { inert } from "../../parts/inert";
import { day, onDevice } from "../../parts/time";
import { clock, daysOf, type EnforcementDraft, type Settings } from "./draft";

export type Words = TFunction<["library", "common"]>;

/** "2 weeks" for a preset, "10 days" for any other number. */
export function periodSays(t: Words, period: string): string {
  const known = ["1d", "2d", "1w", "2w", "3w", "1m", "2m", "3m"] as const;
  const preset = known.find((one) => one === period);
  return preset ? t(`period.${preset}`) : t("period.count", { count: daysOf(period) ?? 0 });
}

/** "Within 2 weeks of release, 12:30" */
export function enforcementSays(
  t: Words,
  enforcement: Extract<Settings, { type: "managed_os" }>["enforcement"],
  language: string,
): string {
  const draft = { within: "", at: "", version: "", on: "", ...enforcement } as EnforcementDraft;
  const { mode, within, at, version, on } = draft;
  switch (mode) {
    case "do_not_manage":
      return t("enforcement.short.do_not_manage");
    case "rolling":
      return t("enforcement.short.rolling", { within: periodSays(t, within), at: clock(at) });
    case "minimum":
    case "specific":
      return t(`enforcement.short.${mode}`, {
        version: inert(version),
        on: day(on, { language }),
        at: clock(at),
      });
  }
}

type Deferrals = Extract<Settings, { type: "software_update_settings" }>["deferrals"];

/** "macOS upgrades 30 days · macOS updates 7 days", or nothing. */
export function deferralsSay(t: Words, deferrals: Deferrals | undefined): string {
  return (["major_days", "minor_days", "system_days", "combined_days"] as const)
    .filter((name) => deferrals?.[name])
    .map((name) => `${t(`update.${name}`)} ${t("period.count", { count: deferrals?.[name] ?? 0 })}`)
    .join(" · ");
}

const NAMED = [
  "label",
  "platform",
  "major",
  "installation",
  "enforcement",
  "bsi",
  "rings",
  "ring_halt",
  "freeze_windows",
  "maintenance_windows",
  "minimum_notice_days",
  "details_url",
  "pin_build",
  "legacy_time_zone",
] as const;

/** The fields of the software update settings, which are called as their form calls them. */
const UPDATE = [
  "deferrals",
  "notifications",
  "recommended_cadence",
  "download",
  "install_os_updates",
  "install_security_updates",
  "bsi_offered",
  "bsi_removable",
  "standard_users_may_update",
  "beta_enrollment",
] as const;

type Named = (typeof NAMED)[number];
type Update = (typeof UPDATE)[number];
type Field = Named | Update;

function known(field: string): Field | undefined {
  return [...NAMED, ...UPDATE].find((one) => one === field);
}

/** What a field of the settings is called. */
export function fieldName(t: Words, field: string): string {
  const update = UPDATE.find((one) => one === field);
  const named = NAMED.find((one) => one === field);
  return update ? t(`update.${update}`) : named ? t(`field.${named}`) : field.replaceAll("_", " ");
}

/** What a field of the settings says, shortly. */
export function fieldSays(t: Words, field: string, value: unknown, language: string): string {
  const name = known(field);
  if (value == null || value === "") {
    return UPDATE.some((one) => one === field) ? t("update.left") : t("not_set");
  }
  switch (name) {
    case "enforcement":
      return enforcementSays(t, value as Parameters<typeof enforcementSays>[1], language);
    case "bsi":
      return bsiSays(t, value as Schemas["BsiEnforcement"]);
    case "installation":
      return t(`installation.${value as Schemas["Installation"]}`);
    case "platform":
      return t(`common:platform.${value as Schemas["Os"]}`);
    case "rings":
      return listed(
        t,
        (value as Schemas["Ring"][]).map((ring) => ringSays(t, ring)),
      );
    case "ring_halt": {
      const { percent, devices } = value as Schemas["RingHaltRule"];
      return t("says.halt", { percent, count: devices });
    }
    case "freeze_windows": {
      const all = value as Schemas["FreezeWindow"][];
      return listed(
        t,
        all.map((one) => freezeSays(t, one, language)),
      );
    }
    case "maintenance_windows": {
      const all = value as Schemas["MaintenanceWindow"][];
      return listed(
        t,
        all.map((one) => maintenanceSays(t, one)),
      );
    }
    case "deferrals":
      return deferralsSay(t, value as Deferrals) || t("update.left");
    case "recommended_cadence":
      return t(`update.cadence.${value as Schemas["Cadence"]}`);
    case "download":
    case "install_os_updates":
    case "install_security_updates":
    case "beta_enrollment":
      return t(`update.action.${value as Schemas["AutomaticAction"]}`);
    case "pin_build":
    case "notifications":
    case "bsi_offered":
    case "bsi_removable":
    case "standard_users_may_update":
      return value === true ? t("update.yes") : t("update.no");
    case "minimum_notice_days":
      return t("period.count", { count: Number(value) });
    case "label":
    case "major":
    case "details_url":
    case "legacy_time_zone":
    case undefined:
      return typeof value === "object" ? inert(JSON.stringify(value)) : inert(String(value));
  }
}

function listed(t: Words, all: string[]): string {
  return all.length === 0 ? t("not_set") : all.join("; ");
}

function bsiSays(t: Words, bsi: Schemas["BsiEnforcement"]): string {
  if (bsi.mode === "none") {
    return t("bsi.off");
  }
  return t("enforcement.short.rolling", {
    within: periodSays(t, bsi.within),
    at: clock(bsi.at),
  });
}

function ringSays(t: Words, { name, offset_days, condition }: Schemas["Ring"]): string {
  // The catalog of rules is asked by its own name, which every translator here knows.
  const who = conditionSays(t as unknown as RuleWords, condition);
  return t("says.ring", { name: inert(name), who, count: offset_days });
}

function freezeSays(t: Words, window: Schemas["FreezeWindow"], language: string): string {
  const { name, from_local, until_local } = window;
  const from = onDevice(from_local, { language });
  return t("says.freeze", { name: inert(name), from, until: onDevice(until_local, { language }) });
}

function maintenanceSays(t: Words, { days, from, until }: Schemas["MaintenanceWindow"]): string {
  const names = days.map((name) => t(`weekday.${name}`)).join(", ");
  return t("says.maintenance", { days: names, from: clock(from), until: clock(until) });
}
