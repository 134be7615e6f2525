// A device that is enrolled like any other, and whose every word is meant to run somewhere. (What
// it says is in `hostile.json`, which the simulator tells the server in its name.)

import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { nothingRan } from "./canary";
import { expect, exportedLines, type ListedDevice, listedDevices, macadam, test } from "./rig";

interface Words {
  name: string;
  serial: string;
  model_name: string;
  failure: string;
}

const [words] = JSON.parse(readFileSync("journeys/hostile.json", "utf8")) as [Words];
const TABS = ["Managed OS", "Details", "Commands", "Activity", "Notes"];

function hostileDevice(): ListedDevice {
  const found = listedDevices().find((device) => device.serial_number === words.serial);
  expect(found).toBeDefined();
  return found as ListedDevice;
}

/** The words as a page shows them: what turns the direction of text stands as a box. */
function shown(text: string): string {
  return text.replaceAll("\u202e", "□");
}

test("words of a hostile device are text on every page that shows them", async ({ page }) => {
  const device = hostileDevice();
  expect(device.name).toBe(words.name);
  await page.goto("/devices?sort=name");
  await page.getByRole("searchbox").fill("evil.example");
  const link = page.getByRole("link", { name: shown(words.name) });
  await expect(link).toBeVisible();
  await nothingRan(page);
  await link.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(shown(words.name));
  await expect(page).toHaveTitle(/<img src=x/);
  for (const tab of TABS) {
    await page.getByRole("tab", { name: tab }).click();
    await settled(page);
    await nothingRan(page);
  }
  await page.getByRole("tab", { name: "Details" }).click();
  await expect(page.getByText(words.serial).first()).toBeVisible();
  await expect(page.getByText(words.model_name).first()).toBeVisible();
  await page.getByRole("tab", { name: "Managed OS" }).click();
  await expect(page.getByText(words.failure).first()).toBeVisible();

  const { items } = JSON.parse(macadam("devices", "show", device.id, "--json")) as {
    items: { id: string; label: string }[];
  };
  const item = items.find(({ label }) => label === "macOS Tahoe")?.id;
  expect(item).toBeDefined();
  for (const path of ["/", `/library/${item}?tab=status`, "/activity", "/enrollment"]) {
    await page.goto(path);
    await settled(page);
    await nothingRan(page);
  }
});

test("what is done about a hostile device is told in text", async ({ page }) => {
  const device = hostileDevice();
  await page.goto(`/devices/${device.id}?tab=notes`);
  const note = page.getByRole("textbox", { name: "New note" });
  await note.fill(words.name);
  await page.getByRole("button", { name: "Add the note" }).click();
  await expect(note).toHaveValue("");
  await expect(page.getByRole("listitem").filter({ hasText: "<img src=x" })).toBeVisible();
  await settled(page);
  await nothingRan(page);
  await page.goto(`/devices/${device.id}?tab=activity`);
  await settled(page);
  await nothingRan(page);
  await page.goto("/activity");
  await settled(page);
  await page.getByRole("table").getByRole("button").first().click();
  await page.getByRole("dialog").waitFor();
  await nothingRan(page);
});

test("no cell of an exported table is a formula", async ({ page }) => {
  hostileDevice();
  await page.goto("/devices?search=evil.example");
  await expect(page.getByRole("table", { name: "Devices" })).toHaveAttribute("aria-rowcount", "2");
  const lines = await exportedLines(page);
  const cells = cellsOf(lines.slice(1).join("\r\n"));
  expect(cells).toContain(`'${words.serial}`);
  expect(cells).toContain(`'${words.model_name}`);
  expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
});

async function settled(page: Page): Promise<void> {
  await expect(page.locator("[data-loading], [aria-busy=true]")).toHaveCount(0);
  await page.waitForLoadState("networkidle");
}

/** The cells of a file as a spreadsheet reads them (RFC 4180). */
function cellsOf(text: string): string[] {
  const cells = text.matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g);
  return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "");
}
