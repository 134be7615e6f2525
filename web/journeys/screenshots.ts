// A picture of every page: light, dark, and on a phone.

import { pagesToSee, visit } from "./pages";
import { test } from "./rig";

const looks = [
  { name: "light", colorScheme: "light", viewport: { width: 1360, height: 860 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1360, height: 860 } },
  { name: "phone", colorScheme: "light", viewport: { width: 390, height: 844 } },
] as const;

test("pictures", async ({ page }) => {
  for (const look of looks) {
    await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(look.viewport);
    for (const { name, path } of pagesToSee()) {
      await visit(page, path);
      await page.screenshot({ path: `screenshots/${name}-${look.name}.png` });
    }
  }
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.screenshot({ path: "screenshots/sign-in-phone.png" });
});
