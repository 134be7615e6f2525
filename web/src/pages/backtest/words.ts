// What policies are called, and what a comparison comes to, in a sentence.

import type { TFunction } from "i18next";
import { inert } from "../../parts/inert";
import { daysOf, presets } from "../library/draft";
import type { LibraryItem } from "../library/queries";
import type { Report } from "./queries";
import type { Policy } from "./search";

export type Words = TFunction<["backtest", "library", "common"]>;

/** A policy that was replayed. */
export interface Replayed {
  /** A letter, by which plots tell it from the others. */
  letter: string;
  name: string;
  report: Report;
}

export const LETTERS = ["A", "B", "C", "D"];

/** "Within 2 weeks, macOS", or the item's label. */
export function policyName(t: Words, policy: Policy, items: LibraryItem[]): string {
  if (policy.kind === "item") {
    const item = items.find(({ id }) => id === policy.id);
    return item?.settings.label ? inert(item.settings.label) : t("item_gone");
  }
  const parts = [t("terms", { within: periodText(t, policy.within) })];
  if (policy.platform) {
    parts.push(t(`common:platform.${policy.platform}`));
  }
  if (!policy.upgrades) {
    parts.push(t("stays"));
  }
  return parts.join(", ");
}

/** "2 weeks" for a preset, "10 days" for any other number. */
function periodText(t: Words, within: string): string {
  const preset = presets.find((one) => one === within);
  return preset
    ? t(`library:period.${preset}`)
    : t("library:period.count", { count: daysOf(within) ?? 0 });
}

/** A number that the server gives times 100. */
export function hundredths(value: number, language: string): string {
  const digits = value >= 10_000 ? 0 : 1;
  const format = { minimumFractionDigits: 0, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, format).format(value / 100);
}

/** The share of the fleet that was current, on average over the days that were looked at. */
export function meanCurrent({ current }: Report): number {
  const devices = current.reduce((sum, day) => sum + day.devices, 0);
  return devices === 0 ? 0 : current.reduce((sum, day) => sum + day.current, 0) / devices;
}

/** What the comparison comes to. */
export function sumUp(t: Words, all: Replayed[], language: string): string {
  const [only] = all;
  if (!only) {
    return "";
  }
  const figures = (one: Replayed) => ({
    name: one.name,
    restarts: hundredths(one.report.restarts_a_year_percent, language),
    days: hundredths(one.report.exposed_days_percent, language),
    worst: one.report.worst_exposed_days,
  });
  if (all.length === 1) {
    return t("sum.one", figures(only));
  }
  const least = (value: (report: Report) => number) =>
    all.reduce((best, one) => (value(one.report) < value(best.report) ? one : best));
  const safest = least((report) => report.exposed_days_percent);
  const calmest = least((report) => report.restarts_a_year_percent);
  if (safest === calmest) {
    return t("sum.both", figures(safest));
  }
  const more = safest.report.restarts_a_year_percent - calmest.report.restarts_a_year_percent;
  const fewer = calmest.report.exposed_days_percent - safest.report.exposed_days_percent;
  return t("sum.against", {
    safest: safest.name,
    calmest: calmest.name,
    days: hundredths(safest.report.exposed_days_percent, language),
    other_days: hundredths(calmest.report.exposed_days_percent, language),
    fewer: hundredths(fewer, language),
    more: hundredths(more, language),
  });
}
