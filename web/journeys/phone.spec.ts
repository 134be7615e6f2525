// What a phone must not take away: sorting, chosen columns, the file, and taking a link back.

import { expect, exportedLines, listedDevices, macadam, test } from "./rig";

test.use({ viewport: { width: 390, height: 844 } });

test("devices are sorted, shown with more, and exported on a phone", async ({ page }) => {
  await page.goto("/devices");
  await page.getByRole("combobox", { name: "Order" }).click();
  await page.getByRole("option", { name: "Sorted by Runs" }).click();
  await expect(page).toHaveURL(/sort=os_version/);
  await page.getByRole("button", { name: "Columns" }).click();
  await expect(page.getByRole("checkbox", { name: "Status" })).toHaveCount(0);
  await page.getByRole("checkbox", { name: "Build" }).check();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("table").getByRole("row").nth(1)).toContainText("Build");
  const lines = await exportedLines(page);
  expect(lines).toHaveLength(listedDevices().length + 1);
});

test("a link is taken back on a phone", async ({ page }) => {
  const note = `Phone ${Date.now()}`;
  macadam("enrollments", "create", "--note", note);
  await page.goto("/enrollment");
  const card = page.getByRole("row").filter({ hasText: note });
  await card.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(card).toContainText("Revoked");
});
