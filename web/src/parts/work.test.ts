import { expect, test, vi } from "vitest";
import { together } from "./work";

test("equal reasons are counted once", () => {
  expect(
    together(
      [{ reason: "gone", count: 2 }],
      [
        { reason: "full", count: 1 },
        { reason: "gone", count: 3 },
      ],
    ),
  ).toEqual([
    { reason: "gone", count: 5 },
    { reason: "full", count: 1 },
  ]);
});

test("work is done part by part, and a failure says why and keeps what was done", async () => {
  vi.stubGlobal("window", { addEventListener: vi.fn(), removeEventListener: vi.fn() });
  const { begin } = await import("./work");
  const parts: number[][] = [];
  await begin({
    title: "Tag",
    rows: [1, 2, 3, 4, 5],
    atOnce: 2,
    act: async (rows, index) => {
      parts.push(rows);
      if (index === 2) {
        throw new Error("gone");
      }
      return { done: rows.length, leftOut: [] };
    },
    words: (error) => (error instanceof Error ? error.message : ""),
  });
  expect(parts).toEqual([[1, 2], [3, 4], [5]]);
  expect(window.removeEventListener).toHaveBeenCalled();
  vi.unstubAllGlobals();
});
