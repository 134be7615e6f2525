// The versions of a platform as layers of a plot: one for each of the newest, and one for the rest.

import type { Schemas } from "../../api/client";

export type Share = Schemas["VersionShare"];

export interface Layer {
  /** `null` for everything older than the layers with a name. */
  version: string | null;
  /** How many devices on each day. */
  devices: number[];
}

export interface Layers {
  days: string[];
  /** The oldest first, as they are stacked. */
  layers: Layer[];
  most: number;
}

export function layersOf(shares: Share[], named: number): Layers {
  const days = [...new Set(shares.map((share) => share.day))].sort();
  const place = new Map(days.map((day, index) => [day, index]));
  const byVersion = new Map<string, number[]>();
  for (const share of shares) {
    const devices = byVersion.get(share.os_version) ?? days.map(() => 0);
    devices[place.get(share.day) ?? 0] = share.devices;
    byVersion.set(share.os_version, devices);
  }
  const versions = [...byVersion.keys()].sort(byAge).reverse();
  const newest = versions.slice(0, named);
  const rest = versions.slice(named);
  const layers: Layer[] = newest
    .map((version) => ({ version, devices: byVersion.get(version) ?? [] }))
    .reverse();
  if (rest.length > 0) {
    const sum = days.map((_, day) =>
      rest.reduce((total, version) => total + (byVersion.get(version)?.[day] ?? 0), 0),
    );
    layers.unshift({ version: null, devices: sum });
  }
  const totals = days.map((_, day) =>
    layers.reduce((total, layer) => total + (layer.devices[day] ?? 0), 0),
  );
  return { days, layers, most: Math.max(1, ...totals) };
}

/** 26.3 before 26.3.1 before 26.10. */
export function byAge(a: string, b: string): number {
  const [one, other] = [a, b].map((text) => text.split(/[.\s]+/));
  for (let index = 0; index < 4; index += 1) {
    const [left, right] = [one?.[index] ?? "", other?.[index] ?? ""];
    const step = Number.parseInt(left || "0", 10) - Number.parseInt(right || "0", 10);
    if (step) {
      return step;
    }
  }
  return a.localeCompare(b);
}
