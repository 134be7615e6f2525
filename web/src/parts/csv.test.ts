import { expect, test } from "vitest";
import { csv } from "./csv";

test("cells with commas, quotes and line breaks stay one cell", () => {
  expect(csv(["name", "model"], [['Lena\'s "Air"', "a,b\nc"]])).toBe(
    'name,model\r\n"Lena\'s ""Air""","a,b\nc"\r\n',
  );
});

test("a device's name is never a formula", () => {
  const names = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1"];
  for (const line of csv(
    ["name"],
    names.map((name) => [name]),
  )
    .split("\r\n")
    .slice(1, -1)) {
    expect(line.replace(/^"/, "")).toMatch(/^'/);
  }
});
