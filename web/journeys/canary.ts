// A text that runs where it is taken for anything but text, and whether it did.

import type { Page } from "@playwright/test";
import { expect } from "./rig";

export const CANARY = `"><img src=x onerror="window.caught=1"><script>window.caught=1</script>'\u202e{{7*7}}`;

export async function nothingRan(page: Page): Promise<void> {
  // The router may still be putting the address in order.
  const caught = () => page.evaluate(() => "caught" in window).catch(() => undefined);
  await expect.poll(caught).toBe(false);
  await expect(page.locator("main img, main script")).toHaveCount(0);
}
