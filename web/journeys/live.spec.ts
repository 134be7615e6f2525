// What changes on the server appears on the page by itself.

import { expect, listedDevices, macadam, test } from "./rig";

test("tag that somebody else gives appears without a reload", async ({ page }) => {
  const [device] = listedDevices();
  await page.goto(`/devices/${device?.id}?tab=details`);
  await expect(page.getByText("Tags")).toBeVisible();
  const tag = `seen-${Date.now()}`;
  macadam("devices", "tag", device?.id ?? "", tag);
  await expect(page.getByText(tag)).toBeVisible({ timeout: 3_000 });
});

test("a list of many pages shows by itself what changed where one looks", async ({ page }) => {
  // As many pages as of a large fleet, of the few devices that there are.
  await page.route("**/api/v1/devices?*", (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set("limit", "4");
    return route.continue({ url: url.toString() });
  });
  await page.addInitScript(() => {
    const columns = JSON.stringify(["name", "tags"]);
    localStorage.setItem("macadam.columns.devices", columns);
  });
  const devices = listedDevices();
  await page.goto("/devices?sort=serial_number");
  const serials = devices.map((device) => device.serial_number).sort();
  const last = devices.find((device) => device.serial_number === serials.at(-1));
  const row = page.getByRole("row").filter({ hasText: last?.name ?? "" });
  await page.locator("[data-index]").first().hover();
  await expect(async () => {
    await page.mouse.wheel(0, 9_999);
    await expect(row).toBeVisible({ timeout: 500 });
  }).toPass();
  await page.waitForLoadState("networkidle");
  const tag = `far-${Date.now()}`;
  macadam("devices", "tag", last?.id ?? "", tag);
  await expect(row).toContainText(tag, { timeout: 3_000 });
});
