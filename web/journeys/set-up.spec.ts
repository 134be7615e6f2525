// The first start of a server: whoever can read its data directory makes the first owner, once.

import { existsSync } from "node:fs";
import type { Page } from "@playwright/test";
import { violations } from "./axe";
import { codeOf, firstOwner, test } from "./fresh";
import { expect } from "./rig";

test("new server is set up with its one-time code, and never again", async ({ page, fresh }) => {
  const code = codeOf(fresh);
  await page.goto(`${fresh.url}/devices`);
  await expect(page).toHaveURL(/\/set-up$/);
  await expect(page.getByText("Nobody can sign in yet")).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
    expect(await violations(page), colorScheme).toEqual([]);
  }

  await fillIn(page, "not-the-code");
  await page.getByRole("button", { name: "Make me the owner" }).click();
  await expect(page.getByRole("alert")).toContainText("The code is not the one");
  expect(existsSync(fresh.codeFile)).toBe(true);

  await page.getByLabel("One-time code").fill(code);
  await page.getByRole("button", { name: "Make me the owner" }).click();
  await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
  await expect(page.getByRole("button", { name: firstOwner.email })).toBeVisible();

  // Neither the page nor the code is good for anything any more.
  expect(existsSync(fresh.codeFile)).toBe(false);
  await page.goto(`${fresh.url}/set-up`);
  await expect(page).toHaveURL(/\/sign-in$/);
  const data = { ...firstOwner, email: "eve@example.com", code };
  const again = await page.request.post(`${fresh.url}/api/v1/setup`, { data });
  expect(again.status()).toBe(409);

  await page.context().clearCookies();
  await page.goto(`${fresh.url}/set-up`);
  await expect(page).toHaveURL(/\/sign-in$/);
  await page.getByLabel("E-mail address").fill(firstOwner.email);
  await page.getByLabel("Password", { exact: true }).fill(firstOwner.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
});

test("first owner needs a password that is long enough", async ({ page, fresh }) => {
  await page.goto(fresh.url);
  await fillIn(page, codeOf(fresh), "short");
  await page.getByRole("button", { name: "Make me the owner" }).click();
  await expect(page.getByText("must have 12 to 200 characters")).toBeVisible();
  await expect(page).toHaveURL(/\/set-up$/);
});

async function fillIn(page: Page, code: string, password = firstOwner.password): Promise<void> {
  await page.getByLabel("One-time code").fill(code);
  await page.getByLabel("Your name").fill(firstOwner.name);
  await page.getByLabel("E-mail address").fill(firstOwner.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
}
