import { expect, test, vi } from "vitest";
import { dismiss, follow, idsIn } from "./bulkActions";

test("what was begun is followed until it was read, the newest first and not for ever", () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  const followed = () => idsIn([...kept.values()][0] ?? "[]");
  follow("one");
  follow("two");
  follow("one");
  expect(followed()).toEqual(["two", "one"]);
  dismiss("two");
  expect(followed()).toEqual(["one"]);
  for (let number = 0; number < 30; number += 1) {
    follow(`number ${number}`);
  }
  expect(followed()).toHaveLength(20);
  expect(followed()[0]).toBe("number 29");
  vi.unstubAllGlobals();
});

test("nonsense in the browser's store is no id", () => {
  expect(idsIn("{")).toEqual([]);
  expect(idsIn('{"a":1}')).toEqual([]);
  expect(idsIn('["a",1]')).toEqual(["a"]);
});
