import { expect, test } from "vitest";
import { type Placed, WIDTH } from "./layout";
import { firstView } from "./view";

const card = (x: number, y: number): Placed => ({
  id: `${x} ${y}`,
  x,
  y,
  height: 100,
  card: { kind: "end", sequence: [] },
});

test("a map that fits is seen whole, in the middle", () => {
  const view = firstView([card(0, 0), card(300, 200)], { width: 1000, height: 800 });
  expect(view).toEqual({ x: 500 - (300 + WIDTH) / 2, y: 400 - 150, zoom: 1 });
});

test("a map that does not fit is seen from its first card on", () => {
  const cards = [card(400, 0), card(0, 200), card(800, 900)];
  const { x, y, zoom } = firstView(cards, { width: 358, height: 400 });
  expect(zoom).toBe(0.8);
  expect(y).toBe(20);
  expect(x + (400 + WIDTH / 2) * zoom).toBeCloseTo(179);
});

test("a map without a card is seen from its corner", () => {
  expect(firstView([], { width: 300, height: 300 })).toEqual({ x: 20, y: 20, zoom: 1 });
});
