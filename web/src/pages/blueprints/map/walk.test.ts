import { expect, test } from "vitest";
import type { Schemas } from "../../../api/client";
import type { MapNode } from "./tree";
import { walk } from "./walk";

const mac = {
  name: "Lena",
  platform: "macos",
  os_version: "26.3",
  tags: ["sales"],
  supervised: true,
} as unknown as Schemas["DeviceRecord"];

const is = (field: Schemas["Field"], value: string, operator: Schemas["Operator"] = "is") => ({
  test: { field, operator, value },
});

test("the first branch that fits is taken, and every block is looked at", () => {
  const map: MapNode[] = [
    { items: ["everybody"] },
    {
      block: [
        { if: is("platform", "tvos"), then: [{ items: ["tv"] }] },
        { if: is("tag", "Sales"), then: [{ items: ["sales"] }] },
        { then: [{ items: ["rest"] }] },
      ],
    },
    { block: [{ if: is("os_version", "26.10", "below"), then: [{ items: ["old"] }] }] },
  ];
  const { items, taken } = walk(map, mac);
  expect(items).toEqual(["everybody", "sales", "old"]);
  expect([...taken]).toEqual(["1.1", "2.0"]);
});

test("versions are compared as the server compares them", () => {
  const items = (test: ReturnType<typeof is>, device = mac) =>
    walk([{ block: [{ if: test, then: [{ items: ["fits"] }] }] }], device).items;
  expect(items(is("os_version", "26.3.0"))).toEqual(["fits"]);
  expect(items(is("os_version", "26.3.0", "at_least"))).toEqual(["fits"]);
  expect(items(is("os_version", "26.3.0", "below"))).toEqual([]);
  expect(items(is("os_version", "26.3 (a)", "below"))).toEqual(["fits"]);
  expect(items(is("os_version", "fifteen", "below"))).toEqual([]);
});

test("what is not known here is said, not guessed", () => {
  const map: MapNode[] = [
    { block: [{ if: is("percentile", "20", "below"), then: [{ items: ["first"] }] }] },
  ];
  expect(walk(map, mac)).toMatchObject({ items: [], unknown: ["0"] });
});
