import { expect, test } from "vitest";
import { ticks } from "./ticks";

test("the axis ends at a round number at or above the most", () => {
  expect(ticks(96)).toEqual([0, 50, 100]);
  expect(ticks(7)).toEqual([0, 2, 4, 6, 8]);
  expect(ticks(1)).toEqual([0, 1]);
});
