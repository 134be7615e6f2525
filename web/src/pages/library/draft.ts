// What somebody is typing into the form of an item, and the settings it stands for. A choice that
// is left keeps what was typed into it, so that coming back to it loses nothing.

import type { Schemas } from "../../api/client";

export type Settings = Schemas["LibraryItemSettings"];
export type ManagedOs = Extract<Settings, { type: "managed_os" }>;
export type UpdateSettings = Extract<Settings, { type: "software_update_settings" }>;
export type Mode = Schemas["VersionEnforcement"]["mode"];

export interface EnforcementDraft {
  mode: Mode;
  within: string;
  at: string;
  version: string;
  on: string;
}

export interface BsiDraft {
  mode: Schemas["BsiEnforcement"]["mode"];
  within: string;
  at: string;
}

export type ManagedOsDraft = Omit<Required<ManagedOs>, "enforcement" | "bsi"> & {
  enforcement: EnforcementDraft;
  bsi: BsiDraft;
};
export type Draft = ManagedOsDraft | Required<UpdateSettings>;

/** The eight that every administrator knows come first. */
export const presets = ["1d", "2d", "1w", "2w", "3w", "1m", "2m", "3m"] as const;

const AT = "12:30:00";

export function newManagedOs(platform: Schemas["Os"], major: number, label: string): ManagedOs {
  return {
    type: "managed_os",
    label,
    platform,
    major,
    enforcement: { mode: "rolling", within: "2w", at: AT },
  };
}

export function newUpdateSettings(label: string): UpdateSettings {
  return updateSettingsDraft({ type: "software_update_settings", label });
}

export function draftOf(settings: Settings): Draft {
  return settings.type === "managed_os" ? managedOsDraft(settings) : updateSettingsDraft(settings);
}

function managedOsDraft(settings: ManagedOs): ManagedOsDraft {
  return {
    installation: "continuously_enforce",
    legacy_time_zone: null,
    rings: [],
    ring_halt: { percent: 2, devices: 3 },
    freeze_windows: [],
    maintenance_windows: [],
    minimum_notice_days: 0,
    details_url: null,
    pin_build: false,
    ...settings,
    enforcement: { within: "2w", at: AT, version: "", on: "", ...settings.enforcement },
    bsi: { within: "2d", at: AT, ...(settings.bsi ?? { mode: "none" }) },
  };
}

type Given = Pick<UpdateSettings, "type"> & Partial<UpdateSettings>;

function updateSettingsDraft(settings: Given): Required<UpdateSettings> {
  const deferrals: Partial<UpdateSettings["deferrals"]> = settings.deferrals ?? {};
  return {
    label: "",
    notifications: null,
    recommended_cadence: null,
    download: null,
    install_os_updates: null,
    install_security_updates: null,
    bsi_offered: null,
    bsi_removable: null,
    standard_users_may_update: null,
    beta_enrollment: null,
    ...settings,
    deferrals: {
      combined_days: deferrals.combined_days ?? null,
      major_days: deferrals.major_days ?? null,
      minor_days: deferrals.minor_days ?? null,
      system_days: deferrals.system_days ?? null,
    },
  };
}

export function settingsOf(draft: Draft): Settings {
  if (draft.type === "software_update_settings") {
    return draft;
  }
  return { ...draft, enforcement: enforcementOf(draft.enforcement), bsi: bsiOf(draft.bsi) };
}

function enforcementOf(draft: EnforcementDraft): Schemas["VersionEnforcement"] {
  const { mode, within, at, version, on } = draft;
  switch (mode) {
    case "do_not_manage":
      return { mode };
    case "rolling":
      return { mode, within, at };
    case "minimum":
    case "specific":
      return { mode, version: version.trim(), on, at };
  }
}

function bsiOf({ mode, within, at }: BsiDraft): Schemas["BsiEnforcement"] {
  return mode === "none" ? { mode } : { mode, within, at };
}

export type Missing =
  | "label"
  | "within"
  | "at"
  | "version"
  | "on"
  | "ring"
  | "freeze"
  | "maintenance";

/** What has to be filled in before the server can be asked; everything else it judges itself. */
export function missing(draft: Draft): Missing[] {
  const found: Missing[] = draft.label.trim() === "" ? ["label"] : [];
  if (draft.type === "software_update_settings") {
    return found;
  }
  const { mode, within, at, version, on } = draft.enforcement;
  const isManaged = mode !== "do_not_manage";
  const hasDate = mode === "minimum" || mode === "specific";
  const { bsi } = draft;
  const isEmpty: [Missing, boolean][] = [
    ["within", mode === "rolling" && !isPeriod(within)],
    ["within", bsi.mode === "automatic" && !isPeriod(bsi.within)],
    ["at", (isManaged && at === "") || (bsi.mode === "automatic" && bsi.at === "")],
    ["version", hasDate && version.trim() === ""],
    ["on", hasDate && on === ""],
    ["ring", draft.rings.some((ring) => ring.name.trim() === "")],
    ["freeze", draft.freeze_windows.some((one) => !one.from_local || !one.until_local)],
    ["maintenance", draft.maintenance_windows.some((one) => !one.from || !one.until)],
  ];
  return [...found, ...isEmpty.filter(([, empty]) => empty).map(([name]) => name)];
}

export function isPeriod(text: string): boolean {
  return /^[1-9]\d{0,2}[dwm]$/.test(text);
}

/** A number of days as a period, and back; `undefined` for whole months. */
export function daysOf(period: string): number | undefined {
  const [, count, unit] = /^(\d+)([dwm])$/.exec(period) ?? [];
  if (!count || unit === "m") {
    return undefined;
  }
  return Number(count) * (unit === "w" ? 7 : 1);
}

/** `12:30:00` as a field for the time of day has it. */
export function clock(at: string): string {
  return at.slice(0, 5);
}
