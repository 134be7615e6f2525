// A device's way through a map as it is drawn: in each block the first branch that fits. What is
// shown here is what the server does when it decides.

import type { Schemas } from "../../../api/client";
import { compareVersions } from "../../../parts/version";
import { type Condition, isBlock, type MapNode } from "./tree";

type Test = Schemas["Test"];

/** `undefined`: what the rule asks is not known of the device here. */
type Answer = boolean | undefined;

export interface Walked {
  /** The branches that were taken, as `node.branch` by turns, and the sequences they lead into. */
  taken: Set<string>;
  items: string[];
  /** Blocks at which it cannot be told here which way the device takes. */
  unknown: string[];
}

export function walk(map: MapNode[], device: Schemas["DeviceRecord"]): Walked {
  const walked: Walked = { taken: new Set(), items: [], unknown: [] };
  follow(map, device, "", walked);
  walked.items = [...new Set(walked.items)];
  return walked;
}

function follow(
  nodes: MapNode[],
  device: Schemas["DeviceRecord"],
  path: string,
  walked: Walked,
): void {
  nodes.forEach((node, index) => {
    if (!isBlock(node)) {
      walked.items.push(...node.items);
      return;
    }
    for (const [way, branch] of node.block.entries()) {
      const answer = branch.if ? holds(branch.if, device) : true;
      if (answer === undefined) {
        walked.unknown.push(`${path}${index}`);
        return;
      }
      if (answer) {
        const here = `${path}${index}.${way}`;
        walked.taken.add(here);
        follow(branch.then, device, `${here}.`, walked);
        return;
      }
    }
  });
}

function holds(condition: Condition, device: Schemas["DeviceRecord"]): Answer {
  if ("test" in condition) {
    return test(condition.test, device);
  }
  if ("not" in condition) {
    const inner = holds(condition.not, device);
    return inner === undefined ? undefined : !inner;
  }
  const isAll = "all" in condition;
  const answers = (isAll ? condition.all : condition.any).map((one) => holds(one, device));
  if (answers.includes(!isAll)) {
    return !isAll;
  }
  return answers.includes(undefined) ? undefined : isAll;
}

function test({ field, operator, value }: Test, device: Schemas["DeviceRecord"]): Answer {
  const wanted = value.trim().toLowerCase();
  if (operator === "is_not") {
    const is = test({ field, operator: "is", value }, device);
    return is === undefined ? undefined : !is;
  }
  if (field === "percentile") {
    return undefined;
  }
  if (field === "os_version") {
    const step = compareVersions(device.os_version, value);
    if (step === undefined) {
      return false;
    }
    return operator === "is" ? step === 0 : operator === "at_least" ? step >= 0 : step < 0;
  }
  if (field === "tag") {
    return device.tags.some((tag) => text(operator, tag, wanted));
  }
  const known = device[field];
  return known == null ? false : text(operator, String(known), wanted);
}

function text(operator: Test["operator"], known: string, wanted: string): boolean {
  const has = known.toLowerCase();
  switch (operator) {
    case "is":
      return has === wanted;
    case "contains":
      return has.includes(wanted);
    case "starts_with":
      return has.startsWith(wanted);
    case "is_not":
    case "at_least":
    case "below":
      return false;
  }
}
