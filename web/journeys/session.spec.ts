// Signing in and out.

import { expect, owner, pressSignIn, test } from "./rig";

test.describe("somebody who is not signed in", () => {
  test.use({ storageState: { cookies: [], origins: [] } });

  test("is led to the page they wanted after signing in", async ({ page }) => {
    await page.goto("/devices?status=pass");
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await page.getByLabel("E-mail address").fill(owner.email);
    await page.getByLabel("Password", { exact: true }).fill("wrong horse battery");
    await pressSignIn(page);
    await expect(page.getByRole("alert")).toContainText("is wrong");
    await page.getByLabel("Password", { exact: true }).fill(owner.password);
    await pressSignIn(page);
    await expect(page).toHaveURL(/\/devices\?status=pass/);
    await expect(page.getByRole("heading", { name: "Devices" })).toBeVisible();
  });

  test("is not sent elsewhere by a link of somebody else", async ({ page }) => {
    await page.goto("/sign-in?next=//evil.example/");
    await page.getByLabel("E-mail address").fill(owner.email);
    await page.getByLabel("Password", { exact: true }).fill(owner.password);
    await pressSignIn(page);
    await expect(page).toHaveURL(/^http:\/\/localhost:\d+\/$/);
  });

  test("cannot set the server up again", async ({ page }) => {
    await page.goto("/set-up");
    await expect(page).toHaveURL(/\/sign-in/);
  });

  test("leaves nothing behind when signing out", async ({ page, context }) => {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail address").fill(owner.email);
    await page.getByLabel("Password", { exact: true }).fill(owner.password);
    await pressSignIn(page);
    await page.getByRole("button", { name: owner.email }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page).toHaveURL(/\/sign-in/);
    expect(await context.cookies()).toEqual([]);
    await page.goto("/devices");
    await expect(page).toHaveURL(/\/sign-in/);
  });
});

test("script of the page cannot read the session", async ({ page }) => {
  await page.goto("/devices");
  expect(await page.evaluate(() => document.cookie)).toBe("");
});
