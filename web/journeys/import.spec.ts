// Apple's list of releases, brought by hand to a server that cannot reach Apple.

import type { Page } from "@playwright/test";
import { setUp, test } from "./fresh";
import { expect } from "./rig";

const release = (version: string, build: string) => ({
  ProductVersion: version,
  Build: build,
  PostingDate: "2026-11-02",
  ExpirationDate: "2027-02-02",
  SupportedDevices: ["J413AP", "J493AP"],
});

/** Apple's answer with nothing in it but one release, and one that cannot be read. */
function list(version: string, build: string): string {
  const macOS = [release(version, build), release("<b>newest</b>", "25Z1")];
  const sets = { macOS, iOS: [], visionOS: [] };
  return JSON.stringify({ PublicAssetSets: sets, AssetSets: sets });
}

test("Apple's list is imported, doubted, and what was new or broken in it is said", async ({
  page,
  fresh,
}) => {
  await setUp(page, fresh);
  await page.goto(`${fresh.url}/settings`);
  const dialog = await openImport(page);
  await choose(page, "{}");
  await dialog.getByRole("button", { name: "Import" }).click();
  await expect(dialog.getByRole("alert")).toContainText("is no answer of Apple's feed");

  // The server knows many releases from the start, so a list with one is not believed at once.
  await choose(page, list("26.9.1", "25J101"));
  await expect(dialog.getByRole("alert")).toBeHidden();
  await dialog.getByRole("button", { name: "Import" }).click();
  await expect(dialog.getByRole("alert")).toContainText("The answer is not believed");
  await dialog.getByRole("checkbox", { name: "I have looked, and it is right" }).check();
  await dialog.getByRole("button", { name: "Import" }).click();
  await expect(dialog.getByRole("status")).toContainText("facts are new");
  await expect(dialog.getByText("ProductVersion is not a version").first()).toBeVisible();
  await dialog.getByRole("link", { name: "macos-26.9.1" }).click();
  await expect(page.getByRole("heading", { name: "macOS 26.9.1", level: 1 })).toBeVisible();

  // Now it is known, and the list is as long as the one before.
  await page.goto(`${fresh.url}/settings`);
  await expect(page.getByText("Fresh")).toBeVisible();
  await openImport(page);
  await choose(page, list("26.9.1", "25J101"));
  await dialog.getByRole("button", { name: "Import" }).click();
  await expect(dialog.getByRole("status")).toContainText("nothing that was not known");
});

async function openImport(page: Page) {
  await page.getByRole("button", { name: "Import a file" }).click();
  return page.getByRole("dialog");
}

async function choose(page: Page, text: string): Promise<void> {
  const file = { name: "pmv.json", mimeType: "application/json", buffer: Buffer.from(text) };
  await page.getByRole("dialog").locator("input[type=file]").setInputFiles(file);
}
