import { expect, test } from "vitest";
import { isOver } from "./over";

test("a day is over when it is over in every time zone", () => {
  expect(isOver("2026-03-10", "2026-03-10T12:00:00Z")).toBe(false);
  expect(isOver("2026-03-10", "2026-03-11T11:59:00Z")).toBe(false);
  expect(isOver("2026-03-10", "2026-03-11T12:00:00Z")).toBe(true);
  expect(isOver("2026-12-31", "2027-01-01T13:00:00Z")).toBe(true);
});
