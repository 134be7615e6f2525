// The device list's filters, as they stand in the address.

import type { operations } from "../../api/schema";
import { platforms } from "../../parts/Platform";
import { statuses } from "../../parts/Status";

type Query = NonNullable<operations["list_devices"]["parameters"]["query"]>;

/** Everything the server filters and sorts devices by. */
export type DeviceSearch = {
  [Key in keyof Omit<Query, "limit" | "cursor">]?: NonNullable<Query[Key]>;
};

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
export const lists = ["macos", "ios", "visionos"] as const;

const TEXTS = [
  "search",
  "blueprint_id",
  "item_id",
  "tag",
  "target_version",
  "os_version",
  "os_version_below",
  "due_before",
  "not_seen_since",
  "reason",
  "due_on",
  "os_version_from",
] as const;

/** Filters that are shown as a chip each; the others have a place of their own. */
export const chips = [
  "standing",
  "reason",
  "due_on",
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
  for (const name of ["overdue", "meets_floor"] as const) {
    if (typeof raw[name] === "boolean") {
      search[name] = raw[name];
    }
  }
  const platform = platforms.find((one) => one === raw.platform);
  const status = statuses.find((one) => one === raw.status);
  const standing = standings.find((one) => one === raw.standing);
  const list = lists.find((one) => one === raw.list);
  const sort = sorts.find((one) => one === raw.sort);
  return {
    ...search,
    ...(platform && { platform }),
    ...(status && { status }),
    ...(standing && { standing }),
    ...(list && { list }),
    ...(sort && { sort }),
  };
}

/** The tabs of a device's page. */
export const deviceTabs = ["os", "details", "commands", "notes"] as const;
export type DeviceTab = (typeof deviceTabs)[number];

export function deviceTabSearch(raw: Record<string, unknown>): { tab?: DeviceTab } {
  const tab = deviceTabs.find((one) => one === raw.tab);
  return tab ? { tab } : {};
}
