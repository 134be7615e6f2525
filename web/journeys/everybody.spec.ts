// Every page: usable by everybody, in both themes, with the keyboard alone, and as wide as the
// narrowest screen. Each page is opened once for all of it.

import { violations } from "./axe";
import { unreachable } from "./keyboard";
import { pagesToSee, visit } from "./pages";
import { expect, test } from "./rig";

const wide = { width: 1360, height: 860 };
const narrow = { width: 320, height: 640 };

test("every page can be used by everybody", async ({ page }) => {
  test.setTimeout(900_000);
  for (const seen of pagesToSee()) {
    const path = seen.name;
    await page.setViewportSize(wide);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await visit(page, seen);
    expect.soft(await violations(page), `${path} (light)`).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    // Every color has changed, not only those that the browser changes by itself.
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
    expect.soft(await violations(page), `${path} (dark)`).toEqual([]);
    // What lies over a page keeps the focus, and so the page behind it from being reached.
    if (!seen.open) {
      expect.soft(await unreachable(page), `${path} (keyboard)`).toEqual([]);
    }
    await page.setViewportSize(narrow);
    await expect
      .soft(async () => {
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBeLessThanOrEqual(narrow.width);
      }, path)
      .toPass({ timeout: 5_000 });
  }
});
