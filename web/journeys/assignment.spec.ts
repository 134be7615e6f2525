// An item and the blueprints that assign it are saved together.

import { expect, listedBlueprints, listedItems, test } from "./rig";

test("item is created in a blueprint, and leaves it, in one step each", async ({ page }) => {
  const name = `Guests ${Date.now()}`;
  const assigned = () => listedBlueprints().find((one) => one.name === name)?.assignment;
  await page.goto("/blueprints");
  await page.getByRole("button", { name: "New blueprint" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Create the blueprint" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);

  await page.goto("/library/new?type=managed_os&platform=macos&major=15");
  await page.getByRole("textbox", { name: "Label" }).fill(name);
  await page.getByRole("combobox", { name: "Blueprints" }).click();
  await page.getByRole("option", { name }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Create the item" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  const id = listedItems().find((one) => one.settings.label === name)?.id;
  expect(assigned()).toEqual({ classic: [id] });

  const beside = page.getByRole("region", { name: "Where it applies" }).getByRole("link", { name });
  await expect(beside).toBeVisible();
  await expect(page.getByText("No change yet.")).toBeVisible();
  await page.getByRole("combobox", { name: "Blueprints" }).focus();
  await page.keyboard.press("Backspace");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved as previewed")).toBeVisible();
  await expect(beside).toBeHidden();
  expect(assigned()).toEqual({ classic: [] });
});
