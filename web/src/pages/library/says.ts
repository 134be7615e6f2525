// Settings in words: on cards, in what changed, and where two people disagree.

import type { TFunction } from "i18next";
import { inert } from "../../parts/inert";
import { day } from "../../parts/time";
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

type NamedField =
  | "label"
  | "installation"
  | "enforcement"
  | "bsi"
  | "rings"
  | "freeze_windows"
  | "maintenance_windows"
  | "minimum_notice_days"
  | "details_url"
  | "pin_build"
  | "legacy_time_zone";

const NAMED: NamedField[] = [
  "label",
  "installation",
  "enforcement",
  "bsi",
  "rings",
  "freeze_windows",
  "maintenance_windows",
  "minimum_notice_days",
  "details_url",
  "pin_build",
  "legacy_time_zone",
];

/** What a field of the settings is called. */
export function fieldName(t: Words, field: string): string {
  const known = NAMED.find((one) => one === field);
  return known ? t(`field.${known}`) : field.replaceAll("_", " ");
}

/** What a field of the settings says, shortly. */
export function fieldSays(t: Words, field: string, value: unknown, language: string): string {
  if (value == null || value === "") {
    return t("not_set");
  }
  if (field === "enforcement") {
    return enforcementSays(t, value as Parameters<typeof enforcementSays>[1], language);
  }
  if (field === "bsi") {
    const bsi = value as { mode: string; within?: string; at?: string };
    return bsi.mode === "none"
      ? t("bsi.off")
      : t("enforcement.short.rolling", {
          within: periodSays(t, bsi.within ?? ""),
          at: clock(bsi.at ?? ""),
        });
  }
  if (field === "installation") {
    return value === "self_service"
      ? t("installation.self_service")
      : t("installation.continuously_enforce");
  }
  if (field === "rings") {
    const rings = value as { name: string; offset_days: number }[];
    return rings.length === 0
      ? t("not_set")
      : rings.map((ring) => `${inert(ring.name)} +${ring.offset_days}`).join(", ");
  }
  if (field === "deferrals") {
    return deferralsSay(t, value as Deferrals) || t("not_set");
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? t("not_set") : String(value.length);
  }
  if (typeof value === "boolean") {
    return value ? t("update.yes") : t("update.no");
  }
  return typeof value === "object" ? shortJson(value) : inert(String(value));
}

function shortJson(value: object): string {
  return Object.entries(value)
    .filter(([, one]) => one != null)
    .map(([name, one]) => `${name.replaceAll("_", " ")} ${inert(String(one))}`)
    .join(", ");
}
