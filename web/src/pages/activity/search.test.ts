import { expect, test } from "vitest";
import { auditSearch, beginOf, dayOf, endOf } from "./search";

test("a span of days contains its last one", () => {
  const since = beginOf("2026-03-10") ?? "";
  const until = endOf("2026-03-10") ?? "";
  const noon = new Date(2026, 2, 10, 12).toISOString();
  expect(since < noon && noon < until).toBe(true);
  expect([dayOf(since, "since"), dayOf(until, "until")]).toEqual(["2026-03-10", "2026-03-10"]);
  expect(endOf("2026-12-31")).toBe(new Date(2027, 0, 1).toISOString());
});

test("no day is no bound, and what is no moment is left out", () => {
  expect([beginOf(""), endOf("")]).toEqual([null, null]);
  expect(dayOf("yesterday", "since")).toBe("");
  expect(auditSearch({ since: "yesterday", object: " devices ", other: 1 })).toEqual({
    object: "devices",
  });
});
