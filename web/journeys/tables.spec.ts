// Tables in the smallest window of a desktop: every usual column is there without scrolling.

import { expect, listedItems, test } from "./rig";

// 1280 pixels, less what a scroll bar takes.
test.use({ viewport: { width: 1265, height: 860 } });

for (const language of ["en", "de"]) {
  test(`no table is wider than its page (${language})`, async ({ page }) => {
    await page.addInitScript((name) => localStorage.setItem("macadam.language", name), language);
    const item = listedItems().find((one) => one.settings.type === "managed_os")?.id;
    const paths = ["/devices", `/library/${item}?tab=status`, "/activity", "/enrollment"];
    for (const path of [...paths, "/releases"]) {
      await page.goto(path);
      const table = page.getByRole("table");
      await expect(table.locator("[data-index]").first()).toBeVisible();
      const found = await table.evaluate((element) => {
        const around = element.parentElement;
        const beside = around ? around.scrollWidth - around.clientWidth : "nowhere";
        const cut = [...element.querySelectorAll("[role=columnheader], [role=cell]:has(time)")]
          .filter((cell) => cell.scrollWidth > cell.clientWidth)
          .map((cell) => cell.textContent);
        return { beside, cut };
      });
      expect(found, path).toEqual({ beside: 0, cut: [] });
    }
  });

  test(`nothing of a device is cut but what somebody named (${language})`, async ({ page }) => {
    await page.addInitScript((name) => localStorage.setItem("macadam.language", name), language);
    await page.goto("/devices?sort=os_version");
    const table = page.getByRole("table");
    await expect(table.locator("[data-index]").first()).toBeVisible();
    // Where a cell is wider than its column, an ellipsis ends it.
    const cut = await table
      .getByRole("cell")
      .evaluateAll((cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
      );
    expect(cut).toEqual([]);
    const heads = await table.getByRole("columnheader").all();
    expect(heads).toHaveLength(8);
    for (const head of heads) {
      await expect(head).toBeInViewport({ ratio: 1 });
    }
  });
}
