// What somebody typed is never lost: by looking at another tab, by leaving, or by saving.

import { expect, type ListedItem, listedItems, macadam, test } from "./rig";

const tahoe = () => listedItems().find((one) => one.settings.label === "macOS Tahoe");

test("what is typed outlives a look at another tab of the item", async ({ page }) => {
  await page.goto(`/library/${tahoe()?.id}`);
  const notice = page.getByRole("textbox", { name: "Minimum notice in days" });
  await notice.fill("9");
  await page.getByRole("tab", { name: "Status" }).click();
  await expect(page.getByRole("table", { name: "Status" })).toBeVisible();
  await page.getByRole("tab", { name: "Settings" }).click();
  await expect(notice).toHaveValue("9");

  page.once("dialog", (asks) => void asks.dismiss());
  await page.getByRole("tab", { name: "Status" }).click();
  await page.getByRole("link", { name: "Devices", exact: true }).click();
  await expect(page).toHaveURL(/\/library\//);
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(page.getByText("No change yet.")).toBeVisible();
});

test("a new item is left only by who confirms it", async ({ page }) => {
  await page.goto("/library/new?type=managed_os&platform=macos&major=26");
  const label = page.getByRole("textbox", { name: "Label" });
  await label.fill("Not finished");
  page.once("dialog", (asks) => void asks.dismiss());
  await page.getByRole("link", { name: "Devices", exact: true }).click();
  await expect(label).toHaveValue("Not finished");
  page.once("dialog", (asks) => void asks.accept());
  await page.getByRole("link", { name: "Devices", exact: true }).click();
  await expect(page).toHaveURL(/\/devices/);
});

test("what is typed while a save is under way is kept", async ({ page }) => {
  const id = tahoe()?.id ?? "";
  await page.goto(`/library/${id}`);
  const label = page.getByRole("textbox", { name: "Label" });
  let goOn = () => {};
  const typed = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await page.route(`**/api/v1/library-items/${id}`, async (route) => {
    if (route.request().method() === "PUT") {
      await typed;
    }
    await route.continue();
  });
  const url = page.getByRole("textbox", { name: "Page with details" });
  await url.fill(`https://example.com/${Date.now()}`);
  const put = page.waitForRequest((request) => request.method() === "PUT");
  await page.getByRole("button", { name: "Save" }).click();
  // Where devices would be due at once, the page asks.
  const asks = page.getByRole("dialog").getByRole("button", { name: "Save" });
  await Promise.race([put, asks.click()]);
  await put;
  await label.fill("macOS Tahoe for all");
  goOn();
  await expect(page.getByText("Saved as previewed")).toBeVisible();
  await expect(label).toHaveValue("macOS Tahoe for all");
  await expect(page.getByRole("button", { name: "Discard" })).toBeVisible();
  const saved = JSON.parse(macadam("items", "show", id, "--json")) as ListedItem;
  expect(saved.settings.label).toBe("macOS Tahoe");
  await page.getByRole("button", { name: "Discard" }).click();
});
