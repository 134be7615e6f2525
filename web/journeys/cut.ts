// Whether every word of a page can be read: nothing cut, nothing over anything else, nothing beside
// the screen.

import type { Page } from "@playwright/test";

/** What is wrong, each with the element it is about. */
export function cutWords(page: Page): Promise<string[]> {
  return page.evaluate(look);
}

/** Runs in the page. */
function look(): string[] {
  /** Of letters that can be read without effort, in pixels. */
  const SMALLEST = 9;
  const found: string[] = [];
  const texts = visibleTexts();
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 1) {
    found.push(`the page is ${wide}px wider than the window`);
  }
  for (const element of new Set(texts.map(({ element }) => element))) {
    checkCut(element);
  }
  for (const one of texts) {
    const beside = one.all.right > window.innerWidth + 1 || one.all.left < -1;
    if (beside && !isInScroller(one.element)) {
      found.push(`beside the window: ${name(one.element)}`);
    }
  }
  for (const element of new Set(texts.map(({ element }) => element))) {
    checkBroken(element);
  }
  checkOverlaps();
  return [...new Set(found)];

  interface Text {
    element: Element;
    all: DOMRect;
    seen: DOMRect;
  }

  /** Every line of text that can be seen, and the part of it that is not scrolled away. */
  function visibleTexts(): Text[] {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const lines: Text[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!element || !node.textContent?.trim() || !isShown(element)) {
        continue;
      }
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        const seen = clipped(element, rect);
        if (seen.width > 1 && seen.height > 1) {
          lines.push({ element, all: rect, seen });
        }
      }
    }
    return lines;
  }

  function isShown(element: Element): boolean {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
      return false;
    }
    for (let at: Element | null = element; at; at = at.parentElement) {
      const { clipPath, position } = getComputedStyle(at);
      // Read aloud only, or a notice that lies over the page on purpose.
      if (clipPath.startsWith("inset") || position === "fixed" || at.matches("noscript, option")) {
        return false;
      }
    }
    return true;
  }

  function clipped(element: Element, rect: DOMRect): DOMRect {
    let { left, top, right, bottom } = rect;
    for (let at: Element | null = element; at; at = at.parentElement) {
      const { overflowX, overflowY, display } = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      if (overflowX !== "visible" && display !== "inline") {
        left = Math.max(left, box.left);
        right = Math.min(right, box.right);
      }
      if (overflowY !== "visible" && display !== "inline") {
        top = Math.max(top, box.top);
        bottom = Math.min(bottom, box.bottom);
      }
    }
    return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
  }

  function isInScroller(element: Element): boolean {
    for (let at: Element | null = element; at; at = at.parentElement) {
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(at).overflowX)) {
        return at !== document.documentElement && at !== document.body;
      }
    }
    return false;
  }

  /** Cut where nobody can scroll and no ellipsis says that more was there. */
  function checkCut(text: Element): void {
    const card = text.closest<HTMLElement>(".react-flow__node");
    let isHeld = false;
    for (let at: Element | null = text; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.display === "inline") {
        continue;
      }
      // A map is dragged to see the rest of it, as other things are scrolled, but each of its cards
      // is to be read where it stands.
      if (card === at) {
        checkCard(text, card, isHeld);
        return;
      }
      if (at.matches(".react-flow")) {
        return;
      }
      isHeld ||= /hidden|clip/.test(style.overflowX);
      // The whole text is shown to whoever points at it.
      const isTold = at.hasAttribute("title");
      const isMeant = card ? isTold : style.textOverflow === "ellipsis" || isTold;
      const across = at.scrollWidth - at.clientWidth;
      if (/hidden|clip/.test(style.overflowX) && across > 1 && !isMeant) {
        found.push(`cut by ${across}px: ${name(at)}`);
      }
      const down = at.scrollHeight - at.clientHeight;
      const isClamped = style.webkitLineClamp !== "none" && (!card || isTold);
      if (/hidden|clip/.test(style.overflowY) && down > 4 && !isClamped) {
        found.push(`cut by ${down}px from below: ${name(at)}`);
      }
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) {
        return;
      }
    }
  }

  /** Larger than its card, or too small where the whole map is made smaller. */
  function checkCard(text: Element, card: HTMLElement, isHeld: boolean): void {
    const around = card.getBoundingClientRect();
    for (const { all } of texts.filter(({ element }) => element === text && !isHeld)) {
      const beyond = Math.max(around.left - all.left, all.right - around.right);
      const below = Math.max(around.top - all.top, all.bottom - around.bottom);
      if (Math.max(beyond, below) > 1) {
        found.push(`outside its card: ${name(text)}`);
      }
    }
    const size = Number.parseFloat(getComputedStyle(text).fontSize);
    const drawn = size * (around.width / card.offsetWidth);
    if (drawn < SMALLEST) {
      found.push(`${drawn.toFixed(1)}px small: ${name(text)}`);
    }
  }

  /** Words of titles and of what is pressed stand in one line each. */
  function checkBroken(element: Element): void {
    if (!element.closest("h1, h2, h3, button, label, th, [role=tab], [role=columnheader]")) {
      return;
    }
    for (const node of element.childNodes) {
      for (const { 0: word, index } of (node.nodeValue ?? "").matchAll(/[\p{L}\d]{2,20}/gu)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (lines.size > 1) {
          found.push(`broken word "${word}": ${name(element)}`);
        }
      }
    }
  }

  function checkOverlaps(): void {
    const lines = texts.toSorted((one, other) => one.seen.top - other.seen.top);
    lines.forEach((one, index) => {
      for (const other of lines.slice(index + 1)) {
        if (other.seen.top > one.seen.bottom) {
          break;
        }
        const across =
          Math.min(one.seen.right, other.seen.right) - Math.max(one.seen.left, other.seen.left);
        const down = one.seen.bottom - other.seen.top;
        // Boxes of lines are higher than their letters.
        const isOver = down > 0.4 * Math.min(one.seen.height, other.seen.height);
        if (across > 2 && isOver && one.element !== other.element && !isLayered(one, other)) {
          found.push(`over each other: ${name(one.element)} and ${name(other.element)}`);
        }
      }
    });
  }

  /** What stays while something else scrolls below it, or a sheet that lies over the page. */
  function isLayered(one: Text, other: Text): boolean {
    const sticks = ({ element }: Text) => {
      for (let at: Element | null = element; at; at = at.parentElement) {
        if (getComputedStyle(at).position === "sticky") {
          return at;
        }
      }
      return null;
    };
    const sheet = ({ element }: Text) => {
      for (let at: Element | null = element; at; at = at.parentElement) {
        const { position, zIndex, backgroundColor } = getComputedStyle(at);
        const isOpaque = !/^rgba\(.*, 0(\.\d+)?\)$/.test(backgroundColor);
        if (position === "absolute" && zIndex !== "auto" && isOpaque) {
          return at;
        }
      }
      return null;
    };
    return sticks(one) !== sticks(other) || sheet(one) !== sheet(other);
  }

  function name(element: Element): string {
    const path: string[] = [];
    for (let at: Element | null = element; at && path.length < 4; at = at.parentElement) {
      const [first] = at.classList;
      path.unshift(`${at.localName}${at.id ? `#${at.id}` : ""}${first ? `.${first}` : ""}`);
    }
    const text = (element.textContent ?? "").replace(/\s+/g, " ").trim();
    return `${path.join(" > ")} "${text.slice(0, 60)}"`;
  }
}
