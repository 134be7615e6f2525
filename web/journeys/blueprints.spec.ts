// Blueprints: a map edited by mouse and by keyboard, a device walked through it, and conflicts
// refused with the reason.

import type { Page } from "@playwright/test";
import { expect, listedBlueprints, listedDevices, test } from "./rig";

async function newMap(page: Page): Promise<string> {
  const name = `Map ${Date.now()}`;
  await page.goto("/blueprints");
  await page.getByRole("button", { name: "New blueprint" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("radio", { name: "Assignment map" }).check();
  await page.getByRole("button", { name: "Create the blueprint" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  return name;
}

const mapOf = (name: string) => listedBlueprints().find((one) => one.name === name)?.assignment;

test("map is edited by mouse, undone, and saved as previewed", async ({ page }) => {
  const name = await newMap(page);
  const map = page.getByRole("region", { name: "Assignment map" });
  const banked = map.getByRole("listitem").filter({ hasText: "Deferrals" });
  // The events of a drag: a headless browser on its own does not always end one.
  const dataTransfer = await page.evaluateHandle(() => new DataTransfer());
  const end = map.getByRole("button", { name: "Condition" }).first();
  await banked.dispatchEvent("dragstart", { dataTransfer });
  await end.dispatchEvent("dragover", { dataTransfer });
  await end.dispatchEvent("drop", { dataTransfer });
  await expect(map.getByRole("button", { name: "Take Deferrals out" })).toBeVisible();
  await map.getByRole("button", { name: "Undo" }).click();
  await expect(map.getByRole("button", { name: "Take Deferrals out" })).toBeHidden();
  await map.getByRole("button", { name: "Redo" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved as previewed")).toBeVisible();
  expect(mapOf(name)).toMatchObject({ map: [{ items: [expect.any(String)] }] });
});

test("map is edited by keyboard alone", async ({ page }) => {
  const name = await newMap(page);
  const map = page.getByRole("region", { name: "Assignment map" });
  await map.getByRole("button", { name: "Condition" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Use this condition" }).focus();
  await page.keyboard.press("Enter");
  await expect(map.getByText("Platform is macOS")).toBeVisible();
  await map.getByRole("button", { name: "Item", exact: true }).first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "macOS Tahoe" }).focus();
  await page.keyboard.press("Enter");
  await expect(map.getByRole("button", { name: "Take macOS Tahoe out" })).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(map.getByRole("button", { name: "Take macOS Tahoe out" })).toBeHidden();
  await page.keyboard.press("Control+Shift+z");
  await expect(page.getByRole("button", { name: "Save" })).toBeEnabled();
  await page.getByRole("button", { name: "Save" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Saved as previewed")).toBeVisible();
  expect(mapOf(name)).toMatchObject({ map: [{ block: [{ then: [{}] }, { then: [] }] }] });
});

test("conflict is refused with the reason", async ({ page }) => {
  await page.goto("/library/new?platform=macos&major=26");
  const label = `Second Tahoe ${Date.now()}`;
  await page.getByRole("textbox", { name: "Label" }).fill(label);
  await page.getByRole("button", { name: "Create the item" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(label);
  const everybody = listedBlueprints().find((one) => one.name === "Everybody");
  await page.goto(`/blueprints/${everybody?.id}`);
  await page.getByRole("checkbox", { name: label }).check();
  await expect(page.getByRole("alert")).toContainText("would reach the same device");
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
});

test("device is walked through to the items it ends with", async ({ page }) => {
  const everybody = listedBlueprints().find((one) => one.name === "Everybody");
  const mac = listedDevices().find((one) => one.name.startsWith("Mac"));
  await page.goto(`/blueprints/${everybody?.id}`);
  await page.getByRole("button", { name: "Tell devices apart" }).click();
  await page
    .getByRole("combobox", { name: "Walk a device through" })
    .fill(mac?.serial_number ?? "");
  await page.getByRole("option").first().click();
  await expect(page.getByText(/This device ends with \d+ items: .*macOS Tahoe/)).toBeVisible();
  await page.getByRole("button", { name: "Discard" }).click();
});

test("what failed is forgotten when the question is asked again", async ({ page }) => {
  await newMap(page);
  await page.route("**/api/v1/blueprints/*", (route) =>
    route.request().method() === "DELETE"
      ? route.fulfill({ status: 409, json: { code: "conflict", message: "it was changed" } })
      : route.fallback(),
  );
  const ask = async () => {
    await page.getByRole("button", { name: "More about this blueprint" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
  };
  await ask();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("It was changed.");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  await ask();
  await expect(dialog.getByRole("button", { name: "Delete" })).toBeVisible();
  await expect(dialog.getByRole("alert")).toHaveCount(0);
});
