// A rule as a sentence.

import type { TFunction } from "i18next";
import { inert } from "../inert";
import { type Condition, groupOf, isGroup, type Rule, type Test } from "./rules";

export type Words = TFunction<["rules", "common"]>;

export function conditionSays(t: Words, condition: Condition): string {
  return says(t, groupOf(condition), true);
}

function says(t: Words, rule: Rule, isOuter: boolean): string {
  if (!isGroup(rule)) {
    return testSays(t, rule);
  }
  const parts = rule.rules.map((one) => says(t, one, false));
  if (rule.kind === "none") {
    return t("rules:none_of", { rules: parts.join(` ${t("rules:or")} `) });
  }
  const joined = parts.join(` ${rule.kind === "all" ? t("rules:and") : t("rules:or")} `);
  return isOuter || parts.length < 2 ? joined : `(${joined})`;
}

function testSays(t: Words, { field, operator, value }: Test): string {
  if (field === "supervised" || field === "apple_silicon") {
    const isTrue = (value === "true") === (operator === "is");
    return t(`rules:yes_no.${field}.${isTrue ? "yes" : "no"}`);
  }
  if (field === "percentile" && operator === "below") {
    return t("rules:first_percent", { value: inert(value) });
  }
  if (field === "percentile" && operator === "at_least") {
    return t("rules:after_percent", { value: inert(value) });
  }
  const known = platformName(t, field, value);
  return t("rules:test", {
    field: t(`rules:field.${field}`),
    operator: t(`rules:operator.${operator}`),
    value: known ?? `“${inert(value)}”`,
  });
}

function platformName(t: Words, field: Test["field"], value: string): string | undefined {
  const platforms = ["macos", "ios", "ipados", "tvos", "visionos"] as const;
  const found = field === "platform" ? platforms.find((one) => one === value) : undefined;
  return found ? t(`common:platform.${found}`) : field === "os_version" ? inert(value) : undefined;
}
