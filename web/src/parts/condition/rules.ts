// Rules about devices as people read and edit them: groups of tests of which all, any or none
// must hold.

import type { Schemas } from "../../api/client";

export type Condition = Schemas["Condition"];
export type Field = Schemas["Field"];
export type Operator = Schemas["Operator"];
export type Test = Schemas["Test"];
export type Kind = "all" | "any" | "none";

export interface Group {
  kind: Kind;
  rules: Rule[];
}
export type Rule = Test | Group;

export const fields: Field[] = [
  "platform",
  "os_version",
  "tag",
  "model",
  "product",
  "name",
  "serial_number",
  "supervised",
  "apple_silicon",
  "update_id",
  "percentile",
];

const TEXT: Operator[] = ["is", "is_not", "contains", "starts_with"];
const ORDER: Operator[] = ["is", "is_not", "at_least", "below"];
const EITHER: Operator[] = ["is", "is_not"];

/** What the server lets a field be compared by. */
export const operators: Record<Field, Operator[]> = {
  platform: EITHER,
  os_version: ORDER,
  tag: TEXT,
  model: TEXT,
  product: TEXT,
  name: TEXT,
  serial_number: TEXT,
  supervised: EITHER,
  apple_silicon: EITHER,
  update_id: TEXT,
  percentile: ORDER,
};

/** What a new test of a field begins with. */
export function firstTest(field: Field): Test {
  const values: Partial<Record<Field, string>> = {
    platform: "macos",
    supervised: "true",
    apple_silicon: "true",
    percentile: "20",
  };
  const operator = field === "percentile" ? "below" : field === "os_version" ? "at_least" : "is";
  return { field, operator, value: values[field] ?? "" };
}

export function isGroup(rule: Rule): rule is Group {
  return "rules" in rule;
}

/** A condition as a group of rules. */
export function groupOf(condition: Condition): Group {
  const rule = ruleOf(condition);
  return isGroup(rule) ? rule : { kind: "all", rules: [rule] };
}

function ruleOf(condition: Condition): Rule {
  if ("test" in condition) {
    return condition.test;
  }
  if ("all" in condition) {
    return { kind: "all", rules: condition.all.map(ruleOf) };
  }
  if ("any" in condition) {
    return { kind: "any", rules: condition.any.map(ruleOf) };
  }
  const inner = ruleOf(condition.not);
  const isAny = isGroup(inner) && inner.kind === "any";
  return { kind: "none", rules: isAny ? inner.rules : [inner] };
}

/** A group of one rule is that rule. */
export function conditionOf(group: Group): Condition {
  const [first, ...others] = group.rules;
  const isOne = first && others.length === 0 && group.kind !== "none";
  return partOf(isOne ? first : group);
}

/** Groups within stay groups, however short: somebody may be about to add to them. */
function partOf(rule: Rule): Condition {
  if (!isGroup(rule)) {
    return { test: rule };
  }
  const [first, ...others] = rule.rules;
  const parts = rule.rules.map(partOf);
  switch (rule.kind) {
    case "all":
      return { all: parts };
    case "any":
      return { any: parts };
    case "none":
      return { not: first && others.length === 0 ? partOf(first) : { any: parts } };
  }
}
