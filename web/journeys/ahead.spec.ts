// What a page asks for is asked for as soon as it is known, not once the page is there.

import type { Page } from "@playwright/test";
import { expect, listedItems, test } from "./rig";

/** Paths and filters of what is asked from now on. */
function asked(page: Page): string[] {
  const all: string[] = [];
  page.on("request", (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith("/api/")) {
      all.push(pathname + search);
    }
  });
  return all;
}

test("a list is asked for when its filter or order is pointed at", async ({ page }) => {
  await page.goto("/devices");
  await expect(page.locator("[data-index]").first()).toBeVisible();
  const all = asked(page);
  const passing = () => all.filter((one) => /\/devices\?.*status=pass/.test(one));
  const counts = () => all.filter((one) => one.includes("/device-counts"));
  await page.getByRole("link", { name: /^Pass/ }).hover();
  await expect.poll(() => passing().length).toBe(1);
  expect(counts()).toEqual([]);
  await expect(page).not.toHaveURL(/status/);
  await page.getByRole("button", { name: "Last seen" }).hover();
  await expect.poll(() => all.some((one) => one.includes("sort=last_seen"))).toBe(true);
});

test("an item's devices are asked for when its status is pointed at", async ({ page }) => {
  const item = listedItems().find((one) => one.settings.type === "managed_os")?.id;
  await page.goto(`/library/${item}`);
  await expect(page.getByRole("button", { name: "Save" })).toBeVisible();
  const all = asked(page);
  await page.getByRole("tab", { name: "Status" }).hover();
  const of = `item_id=${item}`;
  await expect
    .poll(() => all.filter((one) => one.includes(of) && one.includes("/devices?")).length)
    .toBe(1);
  expect(all.some((one) => one.includes("/device-counts") && one.includes(of))).toBe(true);
});

test("Home asks for the versions together with its summary", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("img", { name: /Versions of|macOS/ }).first()).toBeVisible();
  await page.goto("/devices");
  await expect(page.locator("[data-index]").first()).toBeVisible();
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route("**/api/v1/summary*", async (route) => {
    await held;
    await route.continue();
  });
  const versions = page.waitForRequest(/version-shares/);
  await page.getByRole("link", { name: "Home", exact: true }).click();
  await versions;
  answer();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Home");
});
