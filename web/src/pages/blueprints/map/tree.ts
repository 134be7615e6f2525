// An assignment map as a tree, and every way it is edited. Nothing here changes what it is given.

import type { Schemas } from "../../../api/client";

export type MapNode = Schemas["Node"];
export type Branch = Schemas["Branch"];
export type Condition = Schemas["Condition"];

/** Where a sequence of nodes is: node and branch by turns from the top; `[]` is the top itself. */
export type Sequence = number[];
/** Where a node is: its sequence, and its place in it. */
export interface Place {
  sequence: Sequence;
  index: number;
}

export function isBlock(node: MapNode): node is { block: Branch[] } {
  return "block" in node;
}

/** The nodes of a sequence. */
export function nodesAt(map: MapNode[], sequence: Sequence): MapNode[] {
  const [node, branch, ...rest] = sequence;
  if (node === undefined || branch === undefined) {
    return map;
  }
  const block = map[node];
  const inner = block && isBlock(block) ? block.block[branch]?.then : undefined;
  return inner ? nodesAt(inner, rest) : [];
}

function change(
  map: MapNode[],
  sequence: Sequence,
  edit: (nodes: MapNode[]) => MapNode[],
): MapNode[] {
  const [at, way, ...rest] = sequence;
  if (at === undefined || way === undefined) {
    return edit(map);
  }
  return map.map((node, index) =>
    index === at && isBlock(node)
      ? {
          block: node.block.map((branch, place) =>
            place === way ? { ...branch, then: change(branch.then, rest, edit) } : branch,
          ),
        }
      : node,
  );
}

function changeNode(map: MapNode[], { sequence, index }: Place, edit: (node: MapNode) => MapNode) {
  return change(map, sequence, (nodes) =>
    nodes.map((node, place) => (place === index ? edit(node) : node)),
  );
}

function changeBlock(map: MapNode[], place: Place, edit: (branches: Branch[]) => Branch[]) {
  return changeNode(map, place, (node) => (isBlock(node) ? { block: edit(node.block) } : node));
}

/** Puts an item into a sequence: into its last group of items, or a new one. */
export function addItem(map: MapNode[], sequence: Sequence, item: string): MapNode[] {
  return change(map, sequence, (nodes) => {
    const last = nodes.at(-1);
    if (last && !isBlock(last)) {
      return last.items.includes(item)
        ? nodes
        : [...nodes.slice(0, -1), { items: [...last.items, item] }];
    }
    return [...nodes, { items: [item] }];
  });
}

/** Takes an item out; a group that held nothing else goes with it. */
export function removeItem(map: MapNode[], place: Place, item: string): MapNode[] {
  return change(map, place.sequence, (nodes) =>
    nodes.flatMap((node, index) => {
      if (index !== place.index || isBlock(node)) {
        return [node];
      }
      const items = node.items.filter((one) => one !== item);
      return items.length === 0 ? [] : [{ items }];
    }),
  );
}

/** A new block at the end of a sequence: one condition, and an else. */
export function addBlock(map: MapNode[], sequence: Sequence, condition: Condition): MapNode[] {
  const block = [{ if: condition, then: [] }, { then: [] }];
  return change(map, sequence, (nodes) => [...nodes, { block }]);
}

export function removeNode(map: MapNode[], place: Place): MapNode[] {
  return change(map, place.sequence, (nodes) => nodes.filter((_, index) => index !== place.index));
}

/** Another condition, tried before the else. */
export function addBranch(map: MapNode[], place: Place, condition: Condition): MapNode[] {
  return changeBlock(map, place, (branches) => {
    const end = branches.at(-1)?.if ? branches.length : branches.length - 1;
    return [...branches.slice(0, end), { if: condition, then: [] }, ...branches.slice(end)];
  });
}

/** Takes a branch out; the last one takes its block along. */
export function removeBranch(map: MapNode[], place: Place, branch: number): MapNode[] {
  const node = nodesAt(map, place.sequence)[place.index];
  if (node && isBlock(node) && node.block.length === 1) {
    return removeNode(map, place);
  }
  return changeBlock(map, place, (all) => all.filter((_, index) => index !== branch));
}

export function hasElse(branches: Branch[]): boolean {
  return branches.some((branch) => !branch.if);
}

export function addElse(map: MapNode[], place: Place): MapNode[] {
  return changeBlock(map, place, (all) => (hasElse(all) ? all : [...all, { then: [] }]));
}

/** Swaps a branch with the one tried before it. */
export function moveBranchEarlier(map: MapNode[], place: Place, branch: number): MapNode[] {
  return changeBlock(map, place, (all) => {
    const [before, moved] = [all[branch - 1], all[branch]];
    if (!before || !moved?.if) {
      return all;
    }
    return all.map((one, index) =>
      index === branch - 1 ? moved : index === branch ? before : one,
    );
  });
}

export function setCondition(
  map: MapNode[],
  place: Place,
  branch: number,
  condition: Condition,
): MapNode[] {
  return changeBlock(map, place, (all) =>
    all.map((one, index) => (index === branch ? { ...one, if: condition } : one)),
  );
}

/** Every item that the map places, each once. */
export function allItems(map: MapNode[]): string[] {
  const items = map.flatMap((node) =>
    isBlock(node) ? node.block.flatMap((branch) => allItems(branch.then)) : node.items,
  );
  return [...new Set(items)];
}
