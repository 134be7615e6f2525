import { expect, test } from "vitest";
import type { Report } from "./queries";
import { hundredths, meanCurrent, sumUp, type Words } from "./words";

const t = ((key: string, values: object) => `${key} ${JSON.stringify(values)}`) as Words;

function replayed(name: string, restarts: number, exposed: number) {
  const report: Report = {
    name,
    devices: 10,
    restarts_a_year_percent: restarts,
    exposed_days_percent: exposed,
    worst_exposed_days: 40,
    releases: [],
    current: [
      { day: "2025-01-01", devices: 10, current: 10 },
      { day: "2025-02-01", devices: 10, current: 5 },
    ],
  };
  return { letter: "A", name, report };
}

test("the quickest is set against the calmest", () => {
  const all = [replayed("week", 910, 680), replayed("month", 520, 2_800)];
  expect(sumUp(t, all, "en")).toBe(
    'sum.against {"safest":"week","calmest":"month","days":"6.8","other_days":"28","fewer":"21.2","more":"3.9"}',
  );
});

test("one that is better at both is named alone", () => {
  const all = [replayed("week", 520, 680), replayed("month", 910, 2_800)];
  expect(sumUp(t, all, "en")).toContain('sum.both {"name":"week"');
  expect(sumUp(t, [], "en")).toBe("");
});

test("shares are of all devices on all days", () => {
  expect(meanCurrent(replayed("week", 1, 1).report)).toBe(0.75);
  expect(hundredths(12_345, "de")).toBe("123");
  expect(hundredths(1_234, "de")).toBe("12,3");
});
