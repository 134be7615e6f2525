// One's own account.

import { expect, test } from "./rig";

test("password is not changed by who does not know it", async ({ page }) => {
  await page.goto("/account");
  await page.getByLabel("Current password").fill("wrong horse battery");
  await page.getByLabel("New password").fill("another horse battery");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("That is not your current password.")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Account" })).toBeVisible();
});

test("language and appearance are chosen and stay", async ({ page }) => {
  await page.goto("/account");
  await page.getByText("Deutsch").click();
  await expect(page.getByRole("heading", { name: "Konto" })).toBeVisible();
  await page.getByText("Dunkel", { exact: true }).click();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Konto" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
});
