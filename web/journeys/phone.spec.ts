// What a phone must not take away: sorting, chosen columns, the file, and taking a link back.

import type { Page } from "@playwright/test";
import { expect, exportedLines, listedDevices, listedItems, macadam, test } from "./rig";

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

for (const language of ["en", "de"]) {
  test(`tabs stand in one line, and the chosen one is in view (${language})`, async ({ page }) => {
    await page.addInitScript((name) => localStorage.setItem("macadam.language", name), language);
    await page.setViewportSize({ width: 320, height: 640 });
    const item = listedItems()[0]?.id;
    const device = listedDevices()[0]?.id;
    for (const path of [`/devices/${device}?tab=notes`, `/library/${item}?tab=activity`]) {
      await page.goto(path);
      await expectOneLine(page);
    }
    await page.goto("/settings?part=appearance");
    await expectOneLine(page);
    // What is before the chosen one is shown to be there, and is come to by keyboard.
    const before = page.getByRole("tablist").locator("..").locator("..").locator("svg").first();
    await expect(before).toBeVisible();
    await page.getByRole("tab", { selected: true }).focus();
    await page.keyboard.press("Home");
    await expect(page).toHaveURL(/part=organization/);
    await expectOneLine(page);
    await expect(before).toBeHidden();
  });
}

async function expectOneLine(page: Page): Promise<void> {
  await expect(page.getByRole("tab", { selected: true })).toBeInViewport({ ratio: 1 });
  const tops = await page
    .getByRole("tab")
    .evaluateAll((tabs) => tabs.map((tab) => tab.getBoundingClientRect().top));
  expect(tops.length).toBeGreaterThan(1);
  expect(new Set(tops).size).toBe(1);
}
