// What the backtest asks the server: one question for each policy, so that what is already known
// stays when another one is added, and so that it can be said how far the work is.

import { queryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { type PlatformName, platforms } from "../../parts/Platform";
import type { ManagedOs } from "../library/draft";
import type { LibraryItem } from "../library/queries";
import { listOf } from "../releases/queries";
import type { Fleet, Policy, Wish } from "./search";

export type Backtest = Schemas["Backtest"];
export type Report = Schemas["PolicyReport"];
type Settings = Schemas["ManagedOsSettings"];

const AT = "12:30:00";
const KEPT = 30 * 60_000;

/** The history does not change while somebody looks at it, and is not asked for twice. */
export function backtestQuery(request: Schemas["BacktestRequest"] | null) {
  return queryOptions({
    queryKey: ["backtests", request],
    // Without the signal: whoever leaves the page and comes back finds the work done.
    queryFn: () =>
      asked(api.POST("/api/v1/backtests", { body: request as Schemas["BacktestRequest"] })),
    enabled: request !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT,
  });
}

/** What is asked for one policy; nothing while its item is not known. */
export function requestOf(
  policy: Policy,
  { fleet, from, until }: Wish,
  { items, today }: { items: LibraryItem[]; today: string },
): Schemas["BacktestRequest"] | null {
  const settings = settingsOf(policy, items);
  if (settings.length === 0) {
    return null;
  }
  const last = `${until}-12-31`;
  return {
    policies: [{ name: "policy", items: settings, every_major: true }],
    fleet: fleetOf(fleet),
    from: `${from}-01-01`,
    until: last < today ? last : today,
  };
}

function settingsOf(policy: Policy, items: LibraryItem[]): Settings[] {
  if (policy.kind === "item") {
    const found = items.find((item) => item.id === policy.id)?.settings;
    return found?.type === "managed_os" ? [withoutType(found)] : [];
  }
  const { platform, within, upgrades } = policy;
  return (platform ? [platform] : platforms).map((one) => terms(one, within, upgrades));
}

function terms(platform: PlatformName, within: string, upgrades: boolean): Settings {
  return {
    label: "terms",
    platform,
    // Replayed for every major, whichever it is for.
    major: 26,
    installation: upgrades ? "continuously_enforce" : "self_service",
    enforcement: { mode: "rolling", within, at: AT },
  } as Settings;
}

function withoutType({ type: _, ...settings }: ManagedOs): Settings {
  return settings;
}

function fleetOf(fleet: Fleet): Schemas["BacktestFleet"] {
  return fleet.kind === "own" ? { kind: "own", platform: fleet.platform ?? null } : fleet;
}

/** The hardware that Apple's newest release of a platform is for. */
export function hardwareQuery(platform: PlatformName) {
  const list = listOf[platform];
  return queryOptions({
    queryKey: ["releases", "hardware", list],
    queryFn: async ({ signal }) => {
      const query = { list, limit: 1 };
      const page = await asked(api.GET("/api/v1/releases", { params: { query }, signal }));
      const id = page.items[0]?.id;
      if (!id) {
        return [];
      }
      const path = { id };
      const release = await asked(api.GET("/api/v1/releases/{id}", { params: { path }, signal }));
      return [...new Set(release.builds.flatMap((build) => build.update_ids))].sort();
    },
    staleTime: KEPT,
  });
}
