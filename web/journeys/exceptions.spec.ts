// A device that is left alone until a day, from its record and from the item's page.

import { expect, listedDevices, listedItems, macadam, test } from "./rig";

test("device is exempt from its record, which says so, until that is ended", async ({ page }) => {
  const all = listedDevices();
  // Only an obligation can be suspended.
  const device = all.find((one) => one.decision.target_version) ?? all[0];
  const reason = `On stage ${Date.now()}`;
  await page.goto(`/devices/${device?.id}`);
  const exceptions = page.getByRole("region", { name: "Exceptions" });
  await expect(exceptions).toContainText("The device is not exempt.");
  await exceptions.getByRole("button", { name: "Exempt the device" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Last exempt day (device time)").fill("2020-01-01");
  await form.getByLabel("Why?").fill(reason);
  await form.getByRole("button", { name: "Exempt the device" }).click();
  await expect(form.getByRole("alert")).toContainText(/past/);
  await form.getByLabel("Last exempt day (device time)").fill("2030-12-31");
  await form.getByRole("button", { name: "Exempt the device" }).click();
  await expect(exceptions).toContainText("Every item until 31 Dec 2030");
  await expect(exceptions).toContainText(reason);
  if (device?.decision.target_version) {
    const why = page.getByRole("region", { name: "Why" });
    await expect(why).toContainText("The device is exempt until the end of");
  }
  expect(macadam("exceptions", "list")).toContain(reason);

  const item = listedItems().find(({ settings }) => settings.platform === device?.platform);
  await page.goto(`/library/${item?.id}`);
  const listed = exceptions.getByRole("listitem").filter({ hasText: reason });
  await expect(listed.getByRole("link", { name: device?.name })).toBeVisible();
  await page.goto(`/devices/${device?.id}`);
  await exceptions.getByRole("button", { name: /^End the exception/ }).click();
  await expect(exceptions).toContainText("The device is not exempt.");
  await expect(page.getByRole("region", { name: "Why" })).not.toContainText("is exempt until");
});
