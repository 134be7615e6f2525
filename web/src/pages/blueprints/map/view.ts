// Which part of a map is seen first: all of it where that can be read, its beginning otherwise.

import { type Placed, WIDTH } from "./layout";

const MARGIN = 20;
/** The smallest that can be read, and the largest that is not odd. */
const [LEAST, MOST] = [0.8, 1];

export interface View {
  x: number;
  y: number;
  zoom: number;
}

export function firstView(cards: Placed[], canvas: { width: number; height: number }): View {
  const first = cards[0];
  if (!first) {
    return { x: MARGIN, y: MARGIN, zoom: MOST };
  }
  const [left, top] = [Math.min(...cards.map(({ x }) => x)), Math.min(...cards.map(({ y }) => y))];
  const right = Math.max(...cards.map(({ x }) => x + WIDTH));
  const bottom = Math.max(...cards.map(({ y, height }) => y + height));
  const across = (canvas.width - 2 * MARGIN) / (right - left);
  const down = (canvas.height - 2 * MARGIN) / (bottom - top);
  const zoom = Math.min(MOST, Math.max(LEAST, Math.min(across, down)));
  const middle = zoom <= across ? (left + right) / 2 : first.x + WIDTH / 2;
  return {
    x: canvas.width / 2 - middle * zoom,
    y: zoom <= down ? canvas.height / 2 - ((top + bottom) / 2) * zoom : MARGIN - top * zoom,
    zoom,
  };
}
