import { expect, test } from "vitest";
import { de } from "./de";
import { en } from "./en";

/** Paths of every text, plural forms as one. */
function keys(texts: object, path = ""): string[] {
  return Object.entries(texts).flatMap(([key, value]) => {
    const name = `${path}${key.replace(/_(one|other)$/, "")}`;
    return typeof value === "string" ? [name] : keys(value, `${name}.`);
  });
}

/** What is put into each text. */
function holes(texts: object, path = ""): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]): [string, string][] => {
    const name = `${path}${key}`;
    if (typeof value !== "string") {
      return holes(value, `${name}.`);
    }
    const found = [...value.matchAll(/\{\{(\w+)\}\}|<(\w+)>/g)].map((match) => match[0]);
    return [[name, found.sort().join(" ")]];
  });
}

test("every language has every text", () => {
  expect([...new Set(keys(de))].sort()).toEqual([...new Set(keys(en))].sort());
});

test("translations keep what is put into a text", () => {
  expect(Object.fromEntries(holes(de))).toEqual(Object.fromEntries(holes(en)));
});
