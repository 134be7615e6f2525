// An enrollment link is made, shown once, and taken back.

import { expect, test } from "./rig";

test("link is shown once and can be revoked", async ({ page }) => {
  const note = `For Lena ${Date.now()}`;
  await page.goto("/enrollment");
  await page.getByRole("button", { name: "New link" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Note").fill(note);
  await dialog.getByRole("button", { name: "Create the link" }).click();
  await expect(dialog.getByText(/https:\/\/localhost:\d+\/enroll\//)).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  const row = page.getByRole("row").filter({ hasText: note });
  await expect(row.getByText("Open")).toBeVisible();
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("button", { name: "Revoke" }).last().click();
  await expect(row.getByText("Revoked")).toBeVisible();
});
