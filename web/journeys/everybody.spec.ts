// Every page: usable by everybody, in both themes, and as wide as the narrowest screen.

import { violations } from "./axe";
import { pagesToSee, visit } from "./pages";
import { expect, test } from "./rig";

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page can be used by everybody (${colorScheme})`, async ({ page }) => {
    test.setTimeout(300_000);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const { path } of pagesToSee()) {
      await visit(page, path);
      expect(await violations(page), path).toEqual([]);
    }
  });
}

test("no page is wider than a narrow phone", async ({ page }) => {
  test.setTimeout(300_000);
  await page.setViewportSize({ width: 320, height: 640 });
  for (const { path } of pagesToSee()) {
    await visit(page, path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, path).toBeLessThanOrEqual(320);
  }
});
