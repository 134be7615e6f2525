import { expect, test } from "vitest";
import { layout, linesOf, type Placed, WIDTH } from "./layout";
import type { MapNode } from "./tree";

const mac = { test: { field: "platform", operator: "is", value: "macos" } } as const;

test("no card lies on another, however blocks nest", () => {
  const block = (then: MapNode[]): MapNode => ({
    block: [{ if: mac, then }, { if: mac, then: [{ items: ["x"] }] }, { then: [] }],
  });
  const map = [{ items: ["a", "b"] }, block([block([{ items: ["c"] }]), block([])]), block([])];
  const { cards } = layout(map, () => "short");
  for (const one of cards) {
    for (const other of cards) {
      expect(one === other || isApart(one, other), `${one.id} and ${other.id}`).toBe(true);
    }
  }
});

function isApart(a: Placed, b: Placed): boolean {
  const isBeside = a.x + WIDTH <= b.x || b.x + WIDTH <= a.x;
  return isBeside || a.y + a.height <= b.y || b.y + b.height <= a.y;
}

test("every card but the first is led to", () => {
  const { cards, lines } = layout([{ items: ["a"] }, { block: [{ if: mac, then: [] }] }], () => "");
  const led = new Set(lines.map(([, to]) => to));
  expect(cards.filter(({ id }) => !led.has(id)).map(({ id }) => id)).toEqual(["/0"]);
});

test("a card is as high as what its condition says is long", () => {
  const heightOf = (says: string) =>
    layout([{ block: [{ if: mac, then: [] }] }], () => says).cards[0]?.height ?? 0;
  expect(heightOf("word ".repeat(30)) - heightOf("word")).toBe(3 * 18);
});

test("a text takes as many lines as its words do", () => {
  expect(linesOf("")).toBe(2);
  expect(linesOf("word ".repeat(15).trim())).toBe(3);
  expect(linesOf("x".repeat(34 * 3))).toBe(3);
  expect(linesOf("x".repeat(34 * 3 + 1))).toBe(4);
  expect(linesOf("word ".repeat(1000))).toBe(8);
});
