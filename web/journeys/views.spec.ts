// Saved views of the device list: filters and columns under a name.

import { expect, exportedLines, macadam, test } from "./rig";

test("view is saved, opened with its filters and columns, replaced and deleted", async ({
  page,
}) => {
  const name = `Macs ${Date.now()}`;
  await page.goto("/devices?platform=macos&sort=serial_number");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Serial number" }).check();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Save this view" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("checkbox", { name: "Everybody may use it" }).check();
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("The view is saved.")).toBeVisible();
  const [saved] = (
    JSON.parse(macadam("views", "list", "--json")) as { name: string; shared: boolean }[]
  ).filter((view) => view.name === name);
  expect(saved).toMatchObject({ shared: true, filter: { platform: "macos" } });

  await page.goto("/devices");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Serial number" }).uncheck();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("link", { name }).click();
  await expect(page).toHaveURL(/platform=macos/);
  await expect(page).toHaveURL(/sort=serial_number/);
  await expect(page.getByRole("columnheader", { name: "Serial number" })).toBeVisible();

  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Save this view" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("button", { name: "Replace" }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: `Delete the view ${name}` }).click();
  await expect(page.getByText("The view is deleted.")).toBeVisible();
  expect(macadam("views", "list", "--json")).not.toContain(name);
});

test("what is filtered is exported, and nothing else", async ({ page }) => {
  await page.goto("/devices?platform=ios");
  const table = page.getByRole("table", { name: "Devices" });
  await expect(table.getByRole("row").nth(1)).toBeVisible();
  // The first row is the header's.
  await expect(table).not.toHaveAttribute("aria-rowcount", "1");
  const rows = Number(await table.getAttribute("aria-rowcount"));
  const lines = await exportedLines(page);
  expect(lines).toHaveLength(rows);
  expect(lines[0]).toContain("serial_number");
  expect(lines.slice(1).every((line) => line.includes(",ios,"))).toBe(true);
});

test("filters of every kind stand in the address", async ({ page }) => {
  await page.goto("/devices");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("combobox", { name: "How they stand" }).click();
  await page.getByRole("option", { name: "On time" }).click();
  await expect(page).toHaveURL(/standing=on_time/);
  await page.getByRole("textbox", { name: "Runs less than" }).fill("99.1");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/os_version_below=/);
  await page.getByLabel("Due on (device time)").fill("2026-03-10");
  await expect(page).toHaveURL(/due_on=2026-03-10/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Clear all" }).click();
  await expect(page).not.toHaveURL(/standing|below|due_on/);
});
