// Whether everything on a page can be reached with the Tab key alone, and the way back out.

import type { Page } from "@playwright/test";

/** More than any page has to stop at. */
const MOST = 800;

/** What cannot be reached, or is reached without being seen. */
export async function unreachable(page: Page): Promise<string[]> {
  await page.evaluate(watchFocus);
  for (let count = 0; count < MOST; count += 1) {
    await page.keyboard.press("Tab");
    // Behind the last stop is the browser itself.
    if (await page.evaluate(() => document.activeElement === document.body)) {
      break;
    }
  }
  return page.evaluate(unmarked);
}

/**
 * Notes whatever gets the focus, by its name: lists draw only what is on screen, so that an element
 * is another one when it comes back. Runs in the page.
 */
function watchFocus() {
  (document.activeElement as HTMLElement | null)?.blur();
  const reached = new Set<string>();
  const unseen = new Set<string>();
  const nameOf = (element: HTMLElement) => {
    const text = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim();
    return `${element.localName} "${text.slice(0, 40)}"`;
  };
  // Fields show it by their border, others by a ring around them or around their card.
  const shows = (element: HTMLElement) => {
    let around: HTMLElement | null = element;
    for (let depth = 0; around && depth < 4; depth += 1, around = around.parentElement) {
      const { outlineStyle, boxShadow } = getComputedStyle(around);
      if (outlineStyle !== "none" || (depth === 0 && boxShadow !== "none")) {
        return true;
      }
    }
    return element.matches("input, textarea, select");
  };
  document.addEventListener("focusin", ({ target }) => {
    const at = target as HTMLElement;
    const box = at.getBoundingClientRect();
    const isOnScreen =
      box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    reached.add(nameOf(at));
    at.setAttribute("data-reached", "");
    if (!(isOnScreen && shows(at))) {
      unseen.add(nameOf(at));
    }
  });
  Object.assign(window, { focusWalk: { nameOf, reached, unseen } });
}

interface FocusWalk {
  nameOf: (element: HTMLElement) => string;
  reached: Set<string>;
  unseen: Set<string>;
}

/** What looks as if it could be used, and was not reached. Runs in the page. */
function unmarked(): string[] {
  const { nameOf, reached, unseen } = (window as unknown as { focusWalk: FocusWalk }).focusWalk;
  const selector = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const all = [...document.querySelectorAll<HTMLElement>(selector)];
  const left = all.filter((element) => {
    const isOne = element.matches(
      // One of a group is reached, and arrow keys go on to the others.
      "[type=radio], [role=tab], [data-reached], :disabled, [aria-hidden=true]",
    );
    const isGroup = element.closest("[data-reached], [aria-hidden=true], [role=radiogroup]");
    const isLeftOut = element.tabIndex < 0;
    const isShown = element.checkVisibility({ visibilityProperty: true });
    return !isOne && !isGroup && !isLeftOut && isShown;
  });
  const missed = left.map(nameOf).filter((name) => !reached.has(name));
  return [
    ...missed.map((name) => `not reached: ${name}`),
    ...[...unseen].map((name) => `no focus to be seen: ${name}`),
  ];
}
