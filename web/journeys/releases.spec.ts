// A release is held during a rollout, with a reason, and goes on.

import type { Locator } from "@playwright/test";
import { expect, listedDevices, listedItems, macadam, test } from "./rig";

/** Confirms; again where the fleet moved meanwhile, so that another effect was to be seen first. */
async function decide(dialog: Locator, name: string): Promise<void> {
  await expect(async () => {
    if (await dialog.isVisible()) {
      await dialog.getByRole("button", { name }).click({ timeout: 2_000 });
    }
    await expect(dialog).toBeHidden({ timeout: 5_000 });
  }).toPass({ timeout: 40_000 });
}

/** How many Macs must install the release now. */
function targeted(version: string): number {
  const count = macadam("devices", "count", "--platform", "macos", "--target", version, "--json");
  return (JSON.parse(count) as { total: number }).total;
}

/** The release that is rolled out to the most Macs. */
function rolledOut(): string {
  const targets = listedDevices()
    .filter(({ platform }) => platform === "macos")
    .map(({ decision }) => decision.target_version ?? "")
    .filter((version) => /^\d+(\.\d+)+$/.test(version));
  const count = (version: string) => targets.filter((one) => one === version).length;
  return targets.toSorted((one, other) => count(other) - count(one))[0] ?? "none";
}

test("release is held with a reason and resumed", async ({ page }) => {
  const version = rolledOut();
  await page.goto("/releases");
  await page.getByRole("link", { name: `macOS ${version}`, exact: true }).click();
  await expect(page.getByRole("heading", { name: `macOS ${version}`, level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Hold" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/of \d+ devices would change/)).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Hold" })).toBeDisabled();
  await dialog.getByLabel("Reason").fill("Printers stop after it");
  await decide(dialog, "Hold");
  await expect(page.getByText("On hold", { exact: true })).toBeVisible();
  await expect(page.getByText("Printers stop after it")).toBeVisible();
  const held = JSON.parse(macadam("releases", "show", `macos-${version}`, "--json")) as {
    held: boolean;
  };
  expect(held.held).toBe(true);
  await expect.poll(() => targeted(version)).toBe(0);

  await page.getByRole("button", { name: "Resume" }).click();
  await dialog.getByLabel("Reason").fill("Mended by the printer's maker");
  await decide(dialog, "Resume");
  await expect(page.getByText("On hold", { exact: true })).toHaveCount(0);
  await expect(page.getByText("Mended by the printer's maker")).toBeVisible();
  await expect.poll(() => targeted(version)).toBeGreaterThan(0);
});

test("release is held for one item and resumed for it", async ({ page }) => {
  const version = rolledOut();
  const item = listedItems().find(
    ({ settings }) =>
      settings.platform === "macos" && String(settings.major) === version.split(".")[0],
  );
  const label = item?.settings.label ?? "";
  await page.goto(`/releases/macos-${version}`);
  await page.getByRole("button", { name: "Hold" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "For" }).click();
  await page.getByRole("option", { name: label, exact: true }).click();
  await dialog.getByLabel("Reason").fill("Only this item's printers stop");
  await decide(dialog, "Hold");
  await expect.poll(() => targeted(version)).toBe(0);

  await page.getByRole("button", { name: `Resume for ${label}` }).click();
  await expect(dialog.getByRole("combobox", { name: "For" })).toHaveValue(label);
  await expect(dialog.getByText(/of \d+ devices would change/)).toBeVisible();
  await dialog.getByLabel("Reason").fill("This item's printers are mended");
  await decide(dialog, "Resume");
  await expect(page.getByText("This item's printers are mended")).toBeVisible();
  await expect(page.getByRole("button", { name: `Resume for ${label}` })).toHaveCount(0);
  await expect.poll(() => targeted(version)).toBeGreaterThan(0);
});

test("links of a release open the devices of its own platform", async ({ page }) => {
  await page.goto(`/releases/macos-${rolledOut()}`);
  await page.getByRole("link", { name: "Devices that must install it" }).click();
  await expect(page).toHaveURL(/list=macos/);
  await expect(page.getByRole("table").getByRole("row").nth(1)).toBeVisible();
});
