import { expect, test } from "vitest";
import type { Condition, MapNode } from "./tree";
import * as tree from "./tree";

const mac: Condition = { test: { field: "platform", operator: "is", value: "macos" } };
const tv: Condition = { test: { field: "platform", operator: "is", value: "tvos" } };
const top = { sequence: [], index: 0 };

test("items join the last group of a sequence, each once", () => {
  let map = tree.addItem([], [], "a");
  map = tree.addItem(map, [], "b");
  expect(tree.addItem(map, [], "a")).toEqual([{ items: ["a", "b"] }]);
});

test("a branch added to a block is tried before the else", () => {
  let map = tree.addBlock([], [], mac);
  map = tree.addBranch(map, top, tv);
  expect(map).toEqual([{ block: [{ if: mac, then: [] }, { if: tv, then: [] }, { then: [] }] }]);
  const [moved] = tree.moveBranchEarlier(map, top, 1);
  expect(moved).toEqual({ block: [{ if: tv, then: [] }, { if: mac, then: [] }, { then: [] }] });
});

test("the else stays last", () => {
  const map = tree.addBlock([], [], mac);
  expect(tree.moveBranchEarlier(map, top, 1)).toEqual(map);
});

test("items are placed and removed inside nested branches", () => {
  let map = tree.addBlock([], [], mac);
  map = tree.addBlock(map, [0, 0], tv);
  map = tree.addItem(map, [0, 0, 0, 1], "deep");
  expect(tree.allItems(map)).toEqual(["deep"]);
  expect(tree.nodesAt(map, [0, 0, 0, 1])).toEqual([{ items: ["deep"] }]);
  const gone = tree.removeItem(map, { sequence: [0, 0, 0, 1], index: 0 }, "deep");
  expect(tree.nodesAt(gone, [0, 0, 0, 1])).toEqual([]);
});

test("the last branch takes its block along, and nothing given is changed", () => {
  const map: MapNode[] = [{ items: ["a"] }, { block: [{ if: mac, then: [] }] }];
  const before = JSON.stringify(map);
  expect(tree.removeBranch(map, { sequence: [], index: 1 }, 0)).toEqual([{ items: ["a"] }]);
  expect(JSON.stringify(map)).toBe(before);
});
