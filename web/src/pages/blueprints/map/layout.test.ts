import { expect, test } from "vitest";
import { layout, type Placed, WIDTH } from "./layout";
import type { MapNode } from "./tree";

const mac = { test: { field: "platform", operator: "is", value: "macos" } } as const;

test("no card lies on another, however blocks nest", () => {
  const block = (then: MapNode[]): MapNode => ({
    block: [{ if: mac, then }, { if: mac, then: [{ items: ["x"] }] }, { then: [] }],
  });
  const map = [{ items: ["a", "b"] }, block([block([{ items: ["c"] }]), block([])]), block([])];
  const { cards } = layout(map);
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
  const { cards, lines } = layout([{ items: ["a"] }, { block: [{ if: mac, then: [] }] }]);
  const led = new Set(lines.map(([, to]) => to));
  expect(cards.filter(({ id }) => !led.has(id)).map(({ id }) => id)).toEqual(["/0"]);
});
