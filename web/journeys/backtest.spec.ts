// Backtest: policies side by side over the real history, in an address that says everything.

import { readFileSync } from "node:fs";
import { expect, listedItems, test } from "./rig";

const results = "Comparison";

test("a week and a month are compared, and a link shows the same to somebody else", async ({
  page,
  context,
}) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Backtest" }).click();
  const shown = page.getByRole("region", { name: results });
  await expect(shown).toBeVisible({ timeout: 60_000 });
  await expect(shown).toContainText(/“Within 1 week” leaves devices without a new release for/);
  for (const title of ["Forced restarts", "Days without a new release"]) {
    await expect(shown.getByRole("heading", { name: title })).toBeVisible();
  }
  await expect(shown.getByRole("img", { name: /^Within 1 week: \d+ releases/ })).toBeVisible();
  await expect(shown.getByRole("img", { name: /^On average over the time: / })).toBeVisible();

  await page.getByRole("button", { name: "Add a policy" }).click();
  await expect(page).toHaveURL(/policies=1w_1m_2w/);
  await page.getByRole("combobox", { name: "Policy C", exact: true }).click();
  const item = listedItems().find((one) => one.settings.type === "managed_os");
  await page.getByRole("option", { name: item?.settings.label ?? "" }).click();
  await expect(page).toHaveURL(new RegExp(`policies=1w_1m_${item?.id}`));
  await page.getByRole("combobox", { name: "From" }).click();
  await page.getByRole("option", { name: "2024" }).click();
  await expect(shown).toContainText(item?.settings.label ?? "", { timeout: 60_000 });

  const other = await context.newPage();
  await other.goto(page.url());
  const same = other.getByRole("region", { name: results });
  await expect(same).toBeVisible({ timeout: 60_000 });
  expect(await same.locator("p").first().textContent()).toBe(
    await shown.locator("p").first().textContent(),
  );
});

test("work goes on when its page is left, and numbers come as table and file", async ({ page }) => {
  await page.goto("/backtest?policies=macos.2w_macos.3m.stay&fleet=macos.J274AP.100&from=2021");
  const shown = page.getByRole("region", { name: results });
  await expect(page.getByRole("progressbar").or(shown).first()).toBeVisible();
  await page.getByRole("link", { name: "Devices", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Devices" })).toBeVisible();
  await page.goBack();
  await expect(shown).toBeVisible({ timeout: 60_000 });

  await shown.getByText("Show as a table").nth(2).click();
  const table = shown.getByRole("table", { name: "Days exposed, release by release" });
  await expect(table.getByRole("row").nth(1)).toContainText("macOS");
  await page.getByRole("button", { name: "Export CSV" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Every release" }).click();
  const file = readFileSync(await (await download).path(), "utf8");
  expect(file).toContain("policy,platform,version,released_on,devices,mean_exposed_days");
  expect(file).toMatch(/Within 2 weeks, macOS",macos,1\d\.\d/);
});

test("what a link says that is no choice is left out, and nothing of it runs", async ({ page }) => {
  const canary = encodeURIComponent(`"><img src=x onerror="window.caught=1">`);
  await page.goto(
    `/backtest?policies=${canary}_2w&fleet=${canary}&from=${canary}&until=1e9&x=${canary}`,
  );
  await expect(page.getByRole("combobox", { name: "Time of policy A" })).toHaveValue("2 weeks");
  await expect(page).toHaveURL(/\/backtest\?policies=2w$/);
  expect(await page.evaluate(() => "caught" in window)).toBe(false);
});

test("devices that no release was for are said to be none", async ({ page }) => {
  await page.goto("/backtest?policies=1w&fleet=macos.J9999AP.5&from=2024");
  await expect(page.getByText("No release is known for these devices")).toBeVisible();
});

test("a policy that becomes like another one stays", async ({ page }) => {
  await page.goto("/backtest?policies=1w_1m&fleet=macos.J274AP.100");
  await page.getByRole("combobox", { name: "Time of policy B" }).click();
  await page.getByRole("option", { name: "1 week" }).click();
  await expect(page).toHaveURL(/policies=1w_1w/);
  await expect(page.getByRole("combobox", { name: "Policy B", exact: true })).toBeVisible();
  const shown = page.getByRole("region", { name: results });
  await expect(shown).toBeVisible({ timeout: 60_000 });
});
