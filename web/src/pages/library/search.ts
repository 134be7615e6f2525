// What the library shows and which part of an item, as it stands in the address.

import { type PlatformName, platforms } from "../../parts/Platform";
import { type StatusName, statuses } from "../../parts/Status";
import { deviceSearch } from "../devices/search";
import type { Settings } from "./draft";

export const types = ["managed_os", "software_update_settings"] as const;

export interface LibrarySearch {
  search?: string;
  type?: Settings["type"];
  platform?: PlatformName;
  blueprint_id?: string;
}

export function librarySearch(raw: Record<string, unknown>): LibrarySearch {
  const type = types.find((one) => one === raw.type);
  const platform = platforms.find((one) => one === raw.platform);
  const search = text(raw.search);
  const blueprint = text(raw.blueprint_id);
  return {
    ...(search && { search }),
    ...(type && { type }),
    ...(platform && { platform }),
    ...(blueprint && { blueprint_id: blueprint }),
  };
}

/** The router reads 26 as a number. */
function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

export const itemTabs = ["settings", "status", "activity"] as const;
export type ItemTab = (typeof itemTabs)[number];

export interface ItemSearch {
  tab?: ItemTab;
  status?: StatusName;
  reason?: string;
  blocker?: string;
}

export function itemSearch(raw: Record<string, unknown>): ItemSearch {
  const tab = itemTabs.find((one) => one === raw.tab);
  const status = statuses.find((one) => one === raw.status);
  const { reason, blocker } = deviceSearch(raw);
  return {
    ...(tab && { tab }),
    ...(status && { status }),
    ...(reason && { reason }),
    ...(blocker && { blocker }),
  };
}

export interface NewItemSearch {
  type?: Settings["type"];
  platform?: PlatformName;
  major?: number;
}

export function newItemSearch(raw: Record<string, unknown>): NewItemSearch {
  const { type, platform } = librarySearch(raw);
  const major = Number(raw.major);
  return {
    ...(type && { type }),
    ...(platform && { platform }),
    ...(Number.isInteger(major) && major > 0 && { major }),
  };
}
