import { expect, test } from "vitest";
import { changed, merge, typedOnto } from "./merge";

const base = { label: "A", notice: 0, enforcement: { mode: "rolling", within: "2w" }, url: null };

test("changes of two people to different fields are both kept", () => {
  const theirs = { ...base, notice: 3 };
  const mine = { ...base, label: "B" };
  const { merged, conflicts } = merge(base, theirs, mine);
  expect(merged).toEqual({ ...base, notice: 3, label: "B" });
  expect(conflicts).toEqual([]);
});

test("a field that both changed is theirs until somebody chooses", () => {
  const theirs = { ...base, enforcement: { mode: "rolling", within: "1w" } };
  const mine = { ...base, enforcement: { mode: "rolling", within: "3w" }, label: "B" };
  const { merged, conflicts } = merge(base, theirs, mine);
  expect(merged).toEqual({ ...theirs, label: "B" });
  expect(conflicts).toEqual(["enforcement"]);
});

test("what is typed while a save is under way stays", () => {
  const saved = { ...base, label: "B", notice: 3 };
  expect(typedOnto({ ...base, label: "B ", notice: 3 }, saved, { ...base, label: "B " })).toEqual({
    ...saved,
    notice: 0,
  });
  const mine = { ...saved, label: "B and more", notice: 7 };
  expect(typedOnto({ ...saved, label: "B " }, saved, mine)).toEqual(mine);
});

test("the same change twice is no conflict", () => {
  const both = { ...base, notice: 5 };
  expect(merge(base, both, { ...both }).conflicts).toEqual([]);
});

test("nothing and not there are the same, and order of names tells nothing", () => {
  expect(changed({ url: null, a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } })).toEqual([]);
});
