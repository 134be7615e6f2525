// Whether everything on a page can be reached with the Tab key alone, and the way back out.

import type { Page } from "@playwright/test";

/** More than any page has to stop at; lists draw only what is on screen. */
const MOST = 400;

/** What cannot be reached, or is reached without being seen. */
export async function unreachable(page: Page): Promise<string[]> {
  const stops = await page.evaluate(watchFocus);
  // A few more, for what is drawn only once it is near.
  for (let count = 0; count < Math.min(stops + 20, MOST); count += 1) {
    await page.keyboard.press("Tab");
  }
  return page.evaluate(unmarked);
}

/** Marks whatever gets the focus, and says how many stops there may be. Runs in the page. */
function watchFocus(): number {
  (document.activeElement as HTMLElement | null)?.blur();
  document.addEventListener("focusin", ({ target }) => {
    const at = target as HTMLElement;
    const box = at.getBoundingClientRect();
    const isOnScreen =
      box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    // Fields show it by their border, others by a ring around them.
    const isField = at.matches("input, textarea, select");
    const { outlineStyle, boxShadow } = getComputedStyle(at);
    const isRinged = outlineStyle !== "none" || boxShadow !== "none";
    at.setAttribute("data-reached", isOnScreen && (isField || isRinged) ? "seen" : "unseen");
  });
  return document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")
    .length;
}

/** What looks as if it could be used, and was not reached. Runs in the page. */
function unmarked(): string[] {
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
  const named = (what: string) => (element: HTMLElement) => {
    const text = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim();
    return `${what}: ${element.localName} "${text.slice(0, 40)}"`;
  };
  const unseen = [...document.querySelectorAll<HTMLElement>("[data-reached=unseen]")];
  return [...left.map(named("not reached")), ...unseen.map(named("no focus to be seen"))];
}
