import { expect, test } from "vitest";
import { plotOf } from "./plot";
import type { Release } from "./queries";

function release(version: string, released_on: string): Release {
  return {
    id: `macos-${version}`,
    list: "macos",
    version,
    released_on,
    kind: "minor",
    availability: "public",
    approved: true,
    held: false,
    reviews: [],
    exploited: false,
    cve_count: 0,
    devices_able: 0,
    devices_done: 0,
  };
}

const frame = { width: 860, today: "2026-02-25", months: 12 };

test("newer majors stand above older ones, newer releases to the right", () => {
  const plot = plotOf(
    [release("26.3", "2026-02-11"), release("26.2", "2025-12-12"), release("15.7.4", "2026-02-11")],
    frame,
  );
  expect(plot.lanes.map((lane) => lane.major)).toEqual(["26", "15"]);
  const [newest, before, older] = plot.marks;
  expect(newest?.x).toBeGreaterThan(before?.x ?? 0);
  expect(newest?.x).toBe(older?.x);
  expect(newest?.y).toBeLessThan(older?.y ?? 0);
});

test("what is older than the plot, or not out yet, is not on it", () => {
  const plot = plotOf([release("14.1", "2023-10-25"), release("26.4", "2026-03-20")], frame);
  expect(plot.marks).toEqual([]);
  expect(plot.lanes).toEqual([]);
});

test("months are ticks from the first to the current one", () => {
  const { months, now } = plotOf([], frame);
  expect(months[0]?.date).toBe("2025-02-01");
  expect(months.at(-1)?.date).toBe("2026-02-01");
  expect(months.at(-1)?.x).toBeLessThan(now);
});
