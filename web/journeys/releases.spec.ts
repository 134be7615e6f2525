// A release is held during a rollout, with a reason, and goes on.

import type { Locator } from "@playwright/test";
import { expect, macadam, test } from "./rig";

/** Confirms; again where the fleet moved meanwhile, so that another effect was to be seen first. */
async function decide(dialog: Locator, name: string): Promise<void> {
  await expect(async () => {
    await dialog.getByRole("button", { name }).click({ timeout: 2_000 });
    await expect(dialog).toBeHidden({ timeout: 5_000 });
  }).toPass({ timeout: 40_000 });
}

test("release is held with a reason and resumed", async ({ page }) => {
  await page.goto("/releases");
  await page.getByRole("link", { name: "macOS 26.3", exact: true }).click();
  await expect(page.getByRole("heading", { name: "macOS 26.3", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Hold" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/of \d+ devices would change/)).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Hold" })).toBeDisabled();
  await dialog.getByLabel("Reason").fill("Printers stop after it");
  await decide(dialog, "Hold");
  await expect(page.getByText("On hold", { exact: true })).toBeVisible();
  await expect(page.getByText("Printers stop after it")).toBeVisible();
  const held = JSON.parse(macadam("releases", "show", "macos-26.3", "--json")) as { held: boolean };
  expect(held.held).toBe(true);

  await page.getByRole("button", { name: "Resume" }).click();
  await dialog.getByLabel("Reason").fill("Mended by the printer's maker");
  await decide(dialog, "Resume");
  await expect(page.getByText("On hold", { exact: true })).toHaveCount(0);
  await expect(page.getByText("Mended by the printer's maker")).toBeVisible();
});
