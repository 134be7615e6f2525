// A QR code as the path of an SVG image, made here: its text is a secret and is told to nobody.

import { generate } from "lean-qr";

/** Modules of white that a reader needs around a code. */
export const QUIET = 4;

export interface QrShape {
  /** Modules of one side. */
  size: number;
  /** The dark modules, a rectangle for each run of them in a row. */
  path: string;
}

export function qrShape(text: string): QrShape {
  const code = generate(text);
  let path = "";
  for (let y = 0; y < code.size; y += 1) {
    let start = 0;
    for (let x = 0; x <= code.size; x += 1) {
      if (x < code.size && code.get(x, y)) {
        continue;
      }
      if (x > start) {
        path += `M${start} ${y}h${x - start}v1h${start - x}z`;
      }
      start = x + 1;
    }
  }
  return { size: code.size, path };
}
