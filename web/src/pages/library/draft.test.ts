import { expect, test } from "vitest";
import { daysOf, draftOf, type ManagedOsDraft, missing, newManagedOs, settingsOf } from "./draft";

const tahoe = draftOf(newManagedOs("macos", 26, "Everybody")) as ManagedOsDraft;

test("a choice that is left keeps what was typed into it", () => {
  const dated: ManagedOsDraft = {
    ...tahoe,
    enforcement: { ...tahoe.enforcement, mode: "minimum", version: " 26.3 ", on: "2026-03-01" },
  };
  expect(settingsOf(dated)).toMatchObject({
    enforcement: { mode: "minimum", version: "26.3", on: "2026-03-01", at: "12:30:00" },
  });
  const back: ManagedOsDraft = { ...dated, enforcement: { ...dated.enforcement, mode: "rolling" } };
  expect(settingsOf(back)).toMatchObject({
    enforcement: { mode: "rolling", within: "2w", at: "12:30:00" },
  });
  expect(back.enforcement.version).toBe(" 26.3 ");
});

test("what was saved is read back as it was", () => {
  const settings = settingsOf(tahoe);
  expect(settingsOf(draftOf(settings))).toEqual(settings);
});

test("what is not filled in yet is named before the server is asked", () => {
  expect(missing(tahoe)).toEqual([]);
  const dated = { ...tahoe, enforcement: { ...tahoe.enforcement, mode: "specific" as const } };
  expect(missing(dated)).toEqual(["version", "on"]);
  expect(missing({ ...tahoe, label: " " })).toEqual(["label"]);
  const free = { ...tahoe, enforcement: { ...tahoe.enforcement, within: "d" } };
  expect(missing(free)).toEqual(["within"]);
});

test("weeks are days, months are not", () => {
  expect(daysOf("2w")).toBe(14);
  expect(daysOf("5d")).toBe(5);
  expect(daysOf("1m")).toBeUndefined();
});
