// What is compared, as it stands in the address: a link that is sent shows the same to everybody.
// Addresses come from anywhere, so each part is read as if somebody wanted to break the page.

import { type PlatformName, platforms } from "../../parts/Platform";

/** Every release within some time, for every major version. */
export interface Terms {
  kind: "terms";
  within: string;
  /** Every platform when left out. */
  platform?: PlatformName;
  /** Whether Macs on an older major are upgraded. */
  upgrades: boolean;
}

/** An item of the library as it is now. */
export interface Item {
  kind: "item";
  id: string;
}

export type Policy = Terms | Item;

export interface Sample {
  platform: PlatformName;
  update_id: string;
  devices: number;
}

export type Fleet =
  | { kind: "own"; platform?: PlatformName }
  | { kind: "sample"; devices: Sample[] };

export interface Wish {
  policies: Policy[];
  fleet: Fleet;
  /** The first and the last year. */
  from: number;
  until: number;
}

/** The address's part of a wish; what is left out is as usual. */
export interface BacktestSearch {
  policies?: string;
  fleet?: string;
  from?: number;
  until?: number;
}

/** The first year whose releases are known. */
export const FIRST_YEAR = 2020;
/** As many as the server compares. */
export const MOST_POLICIES = 4;
export const MOST_SAMPLES = 12;
export const MOST_DEVICES = 1_000_000;

const LAST_YEAR = 2100;
const USUAL_YEARS = 3;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PERIOD = /^(?:(?:[1-9]|[1-9]\d|1[01]\d|120)d|[1-9]w|1[0-7]w|[1-3]m)$/;
const UPDATE_ID = /^[A-Za-z0-9]{1,24}(?:,\d{1,3})?$/;

const USUAL = ["1w", "1m"];

export const usualPolicies: Policy[] = USUAL.map((within) => ({
  kind: "terms",
  within,
  upgrades: true,
}));

export function backtestSearch(raw: Record<string, unknown>): BacktestSearch {
  const policies = readPolicies(raw.policies);
  const fleet = readFleet(raw.fleet);
  const from = readYear(raw.from);
  const until = readYear(raw.until);
  const isSpan = from === undefined || until === undefined || from <= until;
  return {
    ...(policies.length > 0 && { policies: policiesText(policies) }),
    ...(fleet && fleetText(fleet) && { fleet: fleetText(fleet) }),
    ...(isSpan && from !== undefined && { from }),
    ...(isSpan && until !== undefined && { until }),
  };
}

/** What is wanted; `year` is this year where the fleet is. */
export function wishOf(search: BacktestSearch, year: number): Wish {
  const policies = readPolicies(search.policies);
  const until = Math.min(search.until ?? year, year);
  return {
    policies: policies.length > 0 ? policies : usualPolicies,
    fleet: readFleet(search.fleet) ?? { kind: "own" },
    from: Math.min(search.from ?? Math.max(FIRST_YEAR, until - USUAL_YEARS), until),
    until,
  };
}

export function searchOf({ policies, fleet, from, until }: Wish): BacktestSearch {
  const fleetPart = fleetText(fleet);
  return { policies: policiesText(policies), ...(fleetPart && { fleet: fleetPart }), from, until };
}

/** A policy as one word. */
function policyText(policy: Policy): string {
  if (policy.kind === "item") {
    return policy.id;
  }
  const { platform, within, upgrades } = policy;
  return [platform, within, upgrades ? undefined : "stay"].filter(Boolean).join(".");
}

/** A comparison of these terms with the usual ones; nothing where they cannot be replayed. */
export function trial(terms: Omit<Terms, "kind">): BacktestSearch | undefined {
  if (!isPeriod(terms.within)) {
    return undefined;
  }
  const within = [...new Set([terms.within, ...USUAL])];
  const policies = within.map((one): Policy => ({ kind: "terms", ...terms, within: one }));
  return {
    policies: policiesText(policies),
    ...(terms.platform && { fleet: fleetText({ kind: "own", platform: terms.platform }) }),
  };
}

function policiesText(policies: Policy[]): string {
  return policies.map(policyText).join("_");
}

function readPolicies(raw: unknown): Policy[] {
  if (typeof raw !== "string") {
    return [];
  }
  const read = raw.slice(0, 1_000).split("_").map(readPolicy);
  const good = read.filter((policy): policy is Policy => policy !== undefined);
  return good.slice(0, MOST_POLICIES);
}

function readPolicy(word: string): Policy | undefined {
  if (UUID.test(word)) {
    return { kind: "item", id: word };
  }
  const parts = word.split(".");
  const platform = platforms.find((one) => one === parts[0]);
  const [within, ...rest] = platform ? parts.slice(1) : parts;
  if (!within || !isPeriod(within)) {
    return undefined;
  }
  const upgrades = !rest.includes("stay");
  return { kind: "terms", within, upgrades, ...(platform && { platform }) };
}

export function isPeriod(text: string): boolean {
  return PERIOD.test(text);
}

function fleetText(fleet: Fleet): string {
  if (fleet.kind === "own") {
    return fleet.platform ? `own.${fleet.platform}` : "";
  }
  const one = ({ platform, update_id, devices }: Sample) => `${platform}.${update_id}.${devices}`;
  return fleet.devices.map(one).join("_");
}

function readFleet(raw: unknown): Fleet | undefined {
  if (typeof raw !== "string") {
    return undefined;
  }
  const [own, only] = raw.split(".");
  if (own === "own") {
    const platform = platforms.find((one) => one === only);
    return platform && { kind: "own", platform };
  }
  const read = raw.slice(0, 1_000).split("_").map(readSample);
  const devices = read.filter((one): one is Sample => one !== undefined).slice(0, MOST_SAMPLES);
  return devices.length > 0 ? { kind: "sample", devices } : undefined;
}

function readSample(word: string): Sample | undefined {
  const [name, update_id = "", count = ""] = word.split(".");
  const platform = platforms.find((one) => one === name);
  const devices = /^[1-9]\d{0,6}$/.test(count) ? Number(count) : 0;
  const isGood = platform && isUpdateId(update_id) && devices > 0 && devices <= MOST_DEVICES;
  return isGood ? { platform, update_id, devices } : undefined;
}

export function isUpdateId(text: string): boolean {
  return UPDATE_ID.test(text);
}

function readYear(raw: unknown): number | undefined {
  const year = typeof raw === "number" || typeof raw === "string" ? Number(raw) : Number.NaN;
  return Number.isInteger(year) && year >= FIRST_YEAR && year <= LAST_YEAR ? year : undefined;
}
