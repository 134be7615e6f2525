// What every journey starts with: somebody who is signed in, and a page that must stay clean.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type BrowserContext, test as base, expect, type Page, request } from "@playwright/test";

export { expect } from "@playwright/test";

const url = process.env.MACADAM_URL ?? "";
export const owner = {
  email: process.env.MACADAM_EMAIL ?? "",
  password: readFileSync(process.env.MACADAM_PASSWORD_FILE ?? "/dev/null", "utf8").trim(),
};

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** A page of the signed-in owner; a refused script or style, or an error, fails the journey. */
export const test = base.extend<{ clean: undefined }, { signedIn: State }>({
  signedIn: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape
    async ({}, use) => {
      const context = await request.newContext({ baseURL: url });
      const answer = await context.post("/api/v1/session", { data: owner });
      expect(answer.status()).toBe(200);
      await use(await context.storageState());
      await context.dispose();
    },
    { scope: "worker" },
  ],
  storageState: ({ signedIn }, use) => use(signedIn),
  clean: [
    async ({ page }, use) => {
      const wrong: string[] = [];
      page.on("pageerror", (error) => wrong.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error" && !message.text().includes("status of 4")) {
          wrong.push(message.text());
        }
      });
      await use(undefined);
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

/**
 * Presses the button that signs in, and again a little later where there were too many attempts: all
 * journeys come from one address.
 */
export async function pressSignIn(page: Page): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const answered = page.waitForResponse(
      (response) =>
        response.url().endsWith("/api/v1/session") && response.request().method() === "POST",
    );
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    if ((await answered).status() !== 429) {
      return;
    }
    await page.waitForTimeout(3_000);
  }
  throw new Error("too many attempts to sign in, for half a minute");
}

/** The same answers as on the page, from the command line. */
export function macadam(...words: string[]): string {
  return execFileSync(process.env.MACADAM_CLI ?? "macadam", words, { encoding: "utf8" });
}

/** One device as the command line shows it. */
export interface ListedDevice {
  id: string;
  name: string;
  serial_number: string;
  platform: string | null;
  os_version: string;
  decision: { status: string; target_version: string | null };
}

export function listedDevices(): ListedDevice[] {
  const pages = macadam("devices", "list", "--json").trim().split("\n");
  return pages.flatMap((page) => (JSON.parse(page) as { items: ListedDevice[] }).items);
}

/** One library item as the command line shows it. */
export interface ListedItem {
  id: string;
  revision: number;
  settings: { label: string; type: string; platform?: string; major?: number };
}

export function listedItems(): ListedItem[] {
  return (JSON.parse(macadam("items", "list", "--json")) as { items: ListedItem[] }).items;
}

/** One blueprint as the command line shows it. */
export interface ListedBlueprint {
  id: string;
  name: string;
  assignment: { classic: string[] } | { map: unknown[] };
}

export function listedBlueprints(): ListedBlueprint[] {
  const list = JSON.parse(macadam("blueprints", "list", "--json")) as { items: ListedBlueprint[] };
  return list.items;
}

/** The lines of the file that the page's export writes, its header first. */
export async function exportedLines(page: Page): Promise<string[]> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export CSV" }).click(),
  ]);
  return readFileSync(await file.path(), "utf8")
    .trim()
    .split("\r\n");
}
