// The device list's filters, as they stand in the address.

import type { Schemas } from "../../api/client";
import type { operations } from "../../api/schema";
import { platforms } from "../../parts/Platform";
import { statuses } from "../../parts/Status";
import { VERSION } from "../../parts/version";

type Query = NonNullable<operations["list_devices"]["parameters"]["query"]>;

/** Everything the server filters and sorts devices by. */
export type DeviceSearch = {
  [Key in keyof Omit<Query, "limit" | "cursor">]?: NonNullable<Query[Key]>;
};

/** The filters as the server keeps them in a view: each of them, or that it is not there. */
export function wholeFilter(search: DeviceSearch): Schemas["DeviceFilter"] {
  const names = [...TEXTS, ...Object.keys(SHAPES), ...OTHERS] as (keyof DeviceSearch)[];
  const whole = names.map((name) => [name, search[name] ?? null]);
  return Object.fromEntries(whole) as Schemas["DeviceFilter"];
}

/** What is to be filtered otherwise; nothing takes a filter away. */
export type Changes = { [Key in keyof DeviceSearch]?: DeviceSearch[Key] | null | "" };

export const sorts = ["name", "serial_number", "os_version", "deadline", "last_seen"] as const;

export const standings = [
  "on_time",
  "due_soon",
  "overdue",
  "cannot_update",
  "not_enforced",
] as const;
export const enrollments = ["device", "user"] as const;
export const lists = ["macos", "ios", "visionos"] as const;

/** Why a device has no target, by the server's names. */
export const reasons = [
  "not_for_this_device",
  "held",
  "withdrawn",
  "expired",
  "not_approved",
  "paused",
  "halted",
  "exempt",
  "not_supervised",
  "user_enrollment",
  "no_declarative_management",
  "no_update_id",
  "empty_catalog",
  "not_in_feed",
  "incompatible",
  "excluded",
  "not_assigned",
  "undecided",
] as const;

/** What keeps a device from its target. */
export const blockers = [
  "not_manageable",
  "not_offered",
  "no_bootstrap_token",
  "disk_space",
  "battery_service",
  "not_seen",
  "install_failed",
  "declaration_refused",
] as const;

const TEXTS = ["search", "tag", "model", "build"] as const;

const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

const DAY = /^\d{4}-\d\d-\d\d$/;

/** What the server reads as a moment, a day or an id, and refuses when it is none. */
const SHAPES = {
  blueprint_id: /^[0-9a-f-]{36}$/i,
  item_id: /^[0-9a-f-]{36}$/i,
  due_before: MOMENT,
  enrolled_before: MOMENT,
  enrolled_since: MOMENT,
  not_seen_since: MOMENT,
  due_on: DAY,
  due_after: DAY,
  target_version: VERSION,
  os_version: VERSION,
  os_version_below: VERSION,
  os_version_from: VERSION,
} as const;

/** Those that are one of a few words, or a yes or no. */
const OTHERS = [
  "overdue",
  "meets_floor",
  "supervised",
  "enrollment",
  "platform",
  "status",
  "standing",
  "list",
  "sort",
  "reason",
  "blocker",
] as const;

/** Filters that are shown as a chip each; the others have a place of their own. */
export const chips = [
  "standing",
  "reason",
  "blocker",
  "due_on",
  "due_after",
  "list",
  "os_version_from",
  "overdue",
  "meets_floor",
  "blueprint_id",
  "item_id",
  "tag",
  "target_version",
  "os_version",
  "os_version_below",
  "due_before",
  "not_seen_since",
  "model",
  "build",
  "supervised",
  "enrollment",
  "enrolled_since",
  "enrolled_before",
] as const;

/** Reads the filters; what is not one is left out. */
export function deviceSearch(raw: Record<string, unknown>): DeviceSearch {
  const search: DeviceSearch = {};
  for (const name of TEXTS) {
    const value = raw[name];
    // The router reads a version such as 26.3 as a number.
    if (typeof value === "string" || typeof value === "number") {
      const text = String(value).trim();
      if (text !== "") {
        search[name] = text;
      }
    }
  }
  for (const [name, shape] of Object.entries(SHAPES)) {
    const value = String(raw[name] ?? "").trim();
    if (shape.test(value)) {
      search[name as keyof typeof SHAPES] = value;
    }
  }
  for (const name of ["overdue", "meets_floor", "supervised"] as const) {
    if (typeof raw[name] === "boolean") {
      search[name] = raw[name];
    }
  }
  const platform = platforms.find((one) => one === raw.platform);
  const status = statuses.find((one) => one === raw.status);
  const standing = standings.find((one) => one === raw.standing);
  const list = lists.find((one) => one === raw.list);
  const enrollment = enrollments.find((one) => one === raw.enrollment);
  const sort = sorts.find((one) => one === raw.sort);
  const reason = reasons.find((one) => one === raw.reason);
  const blocker = blockers.find((one) => one === raw.blocker);
  return {
    ...search,
    ...(platform && { platform }),
    ...(status && { status }),
    ...(standing && { standing }),
    ...(list && { list }),
    ...(enrollment && { enrollment }),
    ...(sort && { sort }),
    ...(reason && { reason }),
    ...(blocker && { blocker }),
  };
}

/** The tabs of a device's page. */
export const deviceTabs = ["os", "details", "commands", "activity", "notes"] as const;
export type DeviceTab = (typeof deviceTabs)[number];

export function deviceTabSearch(raw: Record<string, unknown>): { tab?: DeviceTab } {
  const tab = deviceTabs.find((one) => one === raw.tab);
  return tab ? { tab } : {};
}
