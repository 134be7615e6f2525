// Where the cards of a map stand: sequences go down, the branches of a block side by side.

import { type Condition, isBlock, type MapNode, type Place, type Sequence } from "./tree";

export const WIDTH = 264;
const GAP = 24;
const DROP = 30;
const ITEM = 34;

export type Card =
  | { kind: "items"; place: Place; items: string[] }
  | { kind: "branch"; place: Place; branch: number; of: number }
  | { kind: "end"; sequence: Sequence };

export interface Placed {
  id: string;
  x: number;
  y: number;
  height: number;
  card: Card;
}

export interface Drawn {
  cards: Placed[];
  /** From one card to the next. */
  lines: [string, string][];
}

const HEAD = 46;
/** Of a branch, besides its condition. */
const BRANCH = 60;
const LINE = 18;
const END = 44;
/** Of a condition: the fewest, so that short ones look alike, and the most. */
const [LEAST_LINES, MOST_LINES] = [2, 8];
/** Letters of a condition that surely fit a line of a card. */
const LETTERS = 34;

/** Draws a map; a condition takes as many lines as it is said in. */
export function layout(map: MapNode[], says: (condition: Condition) => string): Drawn {
  const drawn: Drawn = { cards: [], lines: [] };
  draw(map, [], { x: 0, y: 0, from: [] }, { drawn, says });
  return drawn;
}

/** How many lines a text takes on a card. */
export function linesOf(text: string): number {
  let [lines, used] = [1, 0];
  for (const { length } of text.split(" ")) {
    if (used > 0 && used + 1 + length > LETTERS) {
      lines += 1;
      used = 0;
    }
    used += (used > 0 ? 1 : 0) + length;
    // A word that is longer than a line is broken.
    lines += Math.floor((used - 1) / LETTERS);
    used -= Math.floor((used - 1) / LETTERS) * LETTERS;
  }
  return Math.min(MOST_LINES, Math.max(LEAST_LINES, lines));
}

interface Drawing {
  drawn: Drawn;
  says: (condition: Condition) => string;
}

interface At {
  x: number;
  y: number;
  /** The cards that lead here. */
  from: string[];
}

interface Done {
  y: number;
  /** The card at the end. */
  last: Placed;
}

function draw(nodes: MapNode[], sequence: Sequence, at: At, drawing: Drawing): Done {
  const { drawn, says } = drawing;
  const width = widthOf(nodes);
  let { y, from } = at;
  const put = (card: Card, id: string, height: number, x = at.x + (width - WIDTH) / 2) => {
    const placed = { id, x, y, height, card };
    drawn.cards.push(placed);
    for (const one of from) {
      drawn.lines.push([one, id]);
    }
    return placed;
  };
  nodes.forEach((node, index) => {
    const place = { sequence, index };
    const id = `${sequence.join(".")}/${index}`;
    if (isBlock(node)) {
      const ends: Done[] = [];
      let x = at.x + (width - blockWidth(node.block.map(({ then }) => then))) / 2;
      node.block.forEach((branch, way) => {
        const inner = widthOf(branch.then);
        const card: Card = { kind: "branch", place, branch: way, of: node.block.length };
        const height = BRANCH + linesOf(branch.if ? says(branch.if) : "") * LINE;
        const head = put(card, `${id}.${way}`, height, x + (inner - WIDTH) / 2);
        const below = { x, y: y + height + DROP, from: [head.id] };
        ends.push(draw(branch.then, [...sequence, index, way], below, drawing));
        x += inner + GAP;
      });
      const bottom = Math.max(...ends.map((end) => end.y));
      // All branches end level, so that no line crosses a card.
      for (const end of ends) {
        end.last.y += bottom - end.y;
      }
      y = bottom + DROP;
      from = ends.map((end) => end.last.id);
    } else {
      const height = HEAD + node.items.length * ITEM;
      from = [put({ kind: "items", place, items: node.items }, id, height).id];
      y += height + DROP;
    }
  });
  const last = put({ kind: "end", sequence }, `${sequence.join(".")}/end`, END);
  return { y: y + END, last };
}

function widthOf(nodes: MapNode[]): number {
  const widths = nodes.map((node) =>
    isBlock(node) ? blockWidth(node.block.map(({ then }) => then)) : WIDTH,
  );
  return Math.max(WIDTH, ...widths);
}

function blockWidth(branches: MapNode[][]): number {
  const widths = branches.map(widthOf);
  return widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);
}
