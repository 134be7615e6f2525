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
