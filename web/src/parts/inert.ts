// Text that somebody else chose, made unable to play tricks on who reads it.

/** Controls, and marks that turn the direction of what follows. */
const TRICKS = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** The text with every invisible or direction-turning character shown as a box. */
export function inert(text: string): string {
  return text.replace(TRICKS, "\u25a1");
}
