// A picture of every page, light, dark and on a phone, in both languages; a page of which a word
// cannot be read fails.

import { cutWords } from "./cut";
import { pagesToSee, visit } from "./pages";
import { expect, test } from "./rig";

const wide = { width: 1360, height: 860 };
const narrow = { width: 390, height: 844 };
const looks = [
  { name: "light", colorScheme: "light", viewport: wide, language: "en" },
  { name: "dark", colorScheme: "dark", viewport: wide, language: "en" },
  { name: "phone", colorScheme: "light", viewport: narrow, language: "en" },
  { name: "german", colorScheme: "light", viewport: wide, language: "de" },
  { name: "german-phone", colorScheme: "dark", viewport: narrow, language: "de" },
] as const;

for (const look of looks) {
  test(`pictures, ${look.name}`, async ({ page }) => {
    await page.addInitScript((language) => {
      localStorage.setItem("macadam.language", language);
    }, look.language);
    await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(look.viewport);
    for (const seen of pagesToSee()) {
      await visit(page, seen);
      await page.screenshot({ path: `screenshots/${seen.name}-${look.name}.png` });
      expect.soft(await cutWords(page), `${seen.name} (${look.name})`).toEqual([]);
    }
  });
}
