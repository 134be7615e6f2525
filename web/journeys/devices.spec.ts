// Finding devices, and learning why one is where it is.

import type { Page } from "@playwright/test";
import { expect, listedDevices, macadam, test } from "./rig";

test("a device's sentences say their times as the reader writes them", async ({ page }) => {
  const device = listedDevices().find((one) => one.decision.target_version);
  await page.goto(`/devices/${device?.id}`);
  await expect(page.getByText(/was released .* \(device time\)/).first()).toBeVisible();
  // The declarations are shown as they are sent.
  for (const name of ["Why", "Status over time"]) {
    const told = page.getByRole("region", { name });
    await expect(told.getByRole("listitem").first()).toBeVisible();
    await expect(told).not.toContainText(/\d{4}-\d\d-\d\dT\d\d:\d\d/);
  }
});

test("list shows what the command line lists", async ({ page }) => {
  const devices = listedDevices();
  await page.goto("/devices");
  const table = page.getByRole("table", { name: "Devices" });
  await expect(table).toHaveAttribute("aria-rowcount", String(devices.length + 1));
  await expect(page.getByRole("link", { name: `All ${devices.length}` })).toBeVisible();
});

test("search and filters stand in the address and are taken away again", async ({ page }) => {
  const [first] = listedDevices();
  await page.goto("/devices");
  await page.getByRole("searchbox").fill(first?.serial_number ?? "");
  await expect(page).toHaveURL(new RegExp(`search=.*${first?.serial_number}`));
  await expect(page.getByRole("table", { name: "Devices" })).toHaveAttribute("aria-rowcount", "2");
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue(first?.serial_number ?? "");
  await page.getByRole("searchbox").fill("no such device");
  await expect(page.getByText("No device matches")).toBeVisible();
  await page.getByRole("link", { name: "Show all devices" }).click();
  await expect(page.getByRole("searchbox")).toHaveValue("");
});

test("columns are chosen and stay chosen", async ({ page }) => {
  await page.goto("/devices");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Serial number" }).check();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("columnheader", { name: "Serial number" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("columnheader", { name: "Serial number" })).toBeVisible();
});

test("arrow keys walk the list and Enter opens a device", async ({ page }) => {
  await page.goto("/devices?sort=name");
  const rows = page.locator("[data-index] a");
  await rows.first().focus();
  await page.keyboard.press("ArrowDown");
  await expect(rows.nth(1)).toBeFocused();
  const name = await rows.nth(1).textContent();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name ?? "");
});

/** That the page says as much as the command line does, about the same versions. */
async function explainsAs(page: Page, device: string) {
  const explained = JSON.parse(macadam("devices", "explain", device, "--json")) as {
    decision: { trace: { sentence: string; values: { version?: string } }[] };
  };
  const steps = page.getByRole("region", { name: "Why" }).getByRole("listitem");
  await expect(steps).toHaveCount(explained.decision.trace.length);
  for (const [index, { values }] of explained.decision.trace.entries()) {
    await expect(steps.nth(index)).toContainText(values.version ?? "");
  }
}

test("device is explained as on the command line", async ({ page }) => {
  const device = listedDevices().find((one) => one.decision.target_version) ?? listedDevices()[0];
  await page.goto(`/devices/${device?.id}`);
  await expect(page.getByRole("heading", { name: "Why" })).toBeVisible();
  await explainsAs(page, device?.id ?? "");
});

test("failing device says what it said itself and what helps", async ({ page }) => {
  const failing = listedDevices().find((one) => one.decision.status === "error");
  expect(failing, "the fleet has a device that fails").toBeDefined();
  await page.goto("/devices?status=error");
  await page.getByRole("link", { name: failing?.name ?? "", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(failing?.name ?? "");
  await expect(page.getByText("Error", { exact: true }).first()).toBeVisible();
  await explainsAs(page, failing?.id ?? "");
  const readiness = page.getByRole("region", { name: "Will it get there?" });
  await expect(readiness).toContainText("What helps:");
  await expect(page.getByText("Overdue").first()).toBeVisible();
});

test("device is asked to report", async ({ page }) => {
  const [device] = listedDevices();
  await page.goto(`/devices/${device?.id}?tab=commands`);
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(page.getByText("was asked to report")).toBeVisible();
  await page.getByRole("tab", { name: "Activity" }).click();
  const acts = page.getByRole("region", { name: "Activity" }).getByRole("listitem");
  await expect(acts.first()).toContainText("Ask a device to report");
});
