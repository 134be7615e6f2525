import { expect, test } from "vitest";
import { apart, dayScale, dayTicks } from "./scale";

test("days stand in proportion", () => {
  const x = dayScale({ from: "2024-01-01", until: "2024-12-31" }, [100, 465]);
  expect(x("2024-01-01")).toBe(100);
  expect(x("2024-12-31")).toBe(465);
  expect(x("2024-04-10")).toBe(200);
});

test("long spans are marked by year and short ones by quarter", () => {
  expect(dayTicks({ from: "2023-01-01", until: "2026-02-25" })).toEqual([
    "2023-01-01",
    "2024-01-01",
    "2025-01-01",
    "2026-01-01",
  ]);
  expect(dayTicks({ from: "2025-01-01", until: "2025-12-31" })).toEqual([
    "2025-01-01",
    "2025-04-01",
    "2025-07-01",
    "2025-10-01",
  ]);
});

test("labels keep their distance and stay inside", () => {
  expect(apart([50, 52, 10], 14, [0, 100])).toEqual([50, 64, 10]);
  expect(apart([98, 99], 14, [0, 100])).toEqual([86, 100]);
});
