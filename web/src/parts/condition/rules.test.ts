import { expect, test } from "vitest";
import { type Condition, conditionOf, groupOf } from "./rules";

const mac: Condition = { test: { field: "platform", operator: "is", value: "macos" } };
const sales: Condition = { test: { field: "tag", operator: "is", value: "sales" } };

test("every condition comes back as it was", () => {
  const conditions: Condition[] = [
    mac,
    { all: [mac, sales] },
    { any: [mac, { all: [sales, mac] }] },
    { not: mac },
    { not: { any: [mac, sales] } },
    { all: [mac, { not: sales }] },
  ];
  for (const condition of conditions) {
    expect(conditionOf(groupOf(condition))).toEqual(condition);
  }
});

test("a group of one rule is that rule", () => {
  expect(conditionOf({ kind: "any", rules: groupOf(mac).rules })).toEqual(mac);
});
