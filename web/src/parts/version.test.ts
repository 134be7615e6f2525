import { expect, test } from "vitest";
import { compareVersions, VERSION } from "./version";

test("versions are those that the server reads", () => {
  for (const text of ["26", "26.3", "26.3.1", "26.3.1 (a)", "26.3 (B)", "26.3.1(a)"]) {
    expect(VERSION.test(text), text).toBe(true);
  }
  for (const text of ["", "0", "26.", "26.3.1.2", "26.3 (ab)", "26.3 a", "99999", "x"]) {
    expect(VERSION.test(text), text).toBe(false);
  }
});

test("versions are ordered by their numbers, and then by their letter", () => {
  expect(compareVersions("26.3", "26.3.0")).toBe(0);
  expect(compareVersions("26.10", "26.9.9")).toBeGreaterThan(0);
  expect(compareVersions("26.3.1 (a)", "26.3.1")).toBeGreaterThan(0);
  expect(compareVersions("26.3.1 (a)", "26.3.1 (B)")).toBeLessThan(0);
  expect(compareVersions("26.3.1 (a)", "26.3.2")).toBeLessThan(0);
  expect(compareVersions("26.3", "fifteen")).toBeUndefined();
});
