// Home: the fleet in one sentence whose numbers open their lists, and a new item that changes it.

import type { Page } from "@playwright/test";
import { expect, listedItems, macadam, test } from "./rig";

interface Summary {
  devices: number;
  standings: Record<string, number>;
  reasons: { reason: string; devices: number }[];
}

const summary = () => JSON.parse(macadam("summary", "--json")) as Summary;

test("numbers are those of the command line, and each opens its list", async ({ page }) => {
  await page.goto("/");
  const { devices } = summary();
  const sentence = page.getByRole("link", { name: `of ${devices} devices` });
  await expect(sentence).toBeVisible();
  await sentence.click();
  await expect(page).toHaveURL(/standing=on_time/);
  const rows = page.getByRole("table", { name: "Devices" });
  await expect(async () => {
    const expected = summary().standings.on_time ?? 0;
    await expect(rows).toHaveAttribute("aria-rowcount", String(expected + 1), { timeout: 500 });
  }).toPass();
});

/** That a link with a number opens a list of as many, while the fleet moves. */
async function opensAsMany(page: Page, region: string, name: RegExp): Promise<void> {
  await expect(async () => {
    await page.goto("/");
    const link = page.getByRole("region", { name: region }).getByRole("link", { name }).first();
    const says = (await link.textContent({ timeout: 5_000 })) ?? "";
    await link.click();
    const rows = page.getByRole("table", { name: "Devices" });
    const count = Number.parseInt(says, 10);
    await expect(rows).toHaveAttribute("aria-rowcount", String(count + 1), { timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
}

test("who has a new release is a list, and so is who is due later", async ({ page }) => {
  await opensAsMany(page, "New from Apple", /^[1-9]\d* devices? ha(s|ve) it$/);
  await expect(page).toHaveURL(/os_version_from=/);
  await page.goto("/");
  const later = page.getByRole("link", { name: /^\d+ more (is|are) due later/ });
  if (await later.isVisible()) {
    await opensAsMany(page, "Deadlines ahead", /^\d+ more (is|are) due later/);
    await expect(page.getByRole("button", { name: /Remove the filter Due after/ })).toBeVisible();
  }
});

test("age of Apple's list stands on every page", async ({ page }) => {
  for (const path of ["/devices", "/activity"]) {
    await page.goto(path);
    const age = page.getByRole("link", { name: /^Apple’s list, read .* ago|this minute/ });
    await expect(age).toBeVisible();
  }
});

test("reason opens the devices it holds for", async ({ page }) => {
  await page.goto("/");
  const reasons = page.getByRole("region", { name: "Why devices are left behind" });
  await reasons.getByRole("link").first().click();
  await expect(page).toHaveURL(/reason=/);
  await expect(page.getByRole("button", { name: /Remove the filter Reason/ })).toBeVisible();
  await expect(page.getByRole("table", { name: "Devices" }).getByRole("row").nth(1)).toBeVisible();
});

test("what is in the way opens the devices it holds for", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "why", exact: true }).click();
  await expect(page).toHaveURL(/#reasons$/);
  const blockers = page.getByRole("region", { name: "Who will not get there by themselves" });
  await blockers.getByRole("link").first().click();
  await expect(page).toHaveURL(/blocker=/);
  await expect(
    page.getByRole("button", { name: /Remove the filter Kept from its target by/ }),
  ).toBeVisible();
  await expect(page.getByRole("table", { name: "Devices" }).getByRole("row").nth(1)).toBeVisible();
});

test("item is created as previewed, devices move, and Home says so", async ({ page, context }) => {
  const home = await context.newPage();
  await home.goto("/");
  await leaveOut(page, "iPadOS 26");
  const left = () => summary().standings.not_enforced ?? 0;
  await expect.poll(left).toBeGreaterThan(0);
  const nothing = home.getByRole("link", { name: /^on \d+ nothing is enforced$/ });
  await expect(nothing).toBeVisible();

  const label = "iPads of everybody";
  await page.goto("/library/new?platform=ipados&major=26");
  await page.getByRole("textbox", { name: "Label" }).fill(label);
  await page.getByRole("combobox", { name: "Blueprints" }).click();
  await page.getByRole("option", { name: /^Everybody/ }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByText(/[1-9]\d* of \d+ devices? changes?\./)).toBeVisible();
  const give = page.getByRole("button", { name: "Give everybody 5 days" });
  if (await give.isVisible()) {
    await give.click();
    await expect(give).toBeHidden();
  }
  await page.getByRole("button", { name: "Create the item" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(label);

  await expect.poll(left).toBe(0);
  await expect(nothing).toBeHidden();
  await page.getByRole("tab", { name: "Status" }).click();
  await expect(
    page.getByRole("table", { name: "Status" }).getByText("iPadOS").first(),
  ).toBeVisible();
});

/** Takes an item out of the blueprint of the demo, as another administrator might. */
async function leaveOut(page: Page, label: string): Promise<void> {
  await page.goto("/library");
  const item = listedItems().find((one) => one.settings.label === label);
  await page.evaluate(async (id) => {
    const list = await (await fetch("/api/v1/blueprints")).json();
    const {
      name,
      description,
      revision,
      assignment,
      id: blueprint,
    } = list.items.find((one: { name: string }) => one.name === "Everybody");
    const classic = assignment.classic.filter((one: string) => one !== id);
    await fetch(`/api/v1/blueprints/${blueprint}`, {
      method: "PUT",
      headers: { "content-type": "application/json", "if-match": String(revision) },
      body: JSON.stringify({ name, description, assignment: { classic } }),
    });
  }, item?.id);
}
