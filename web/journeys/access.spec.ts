// Helping somebody who cannot sign in any more, and what is asked of everybody who does.

import type { Page } from "@playwright/test";
import { firstOwner, test as freshTest, setUp } from "./fresh";
import { madePerson, signedIn, signInAs } from "./people";
import { expect, test } from "./rig";
import { oneTimeCode } from "./totp";

test("password is reset for somebody who forgot it, which signs them out", async ({
  page,
  browser,
  baseURL,
}) => {
  const person = madePerson("help_desk");
  const theirs = await signedIn(browser, baseURL, person);
  await theirs.goto("/devices?status=pass");
  await expect(theirs.getByRole("heading", { name: "Devices" })).toBeVisible();
  await page.goto("/settings?part=people");
  await act(page, person.email, "Reset the password");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("signed out everywhere");
  await dialog.getByLabel("New password").fill("short");
  await dialog.getByRole("button", { name: "Reset the password" }).click();
  await expect(dialog.getByText("must have 12 to 200 characters")).toBeVisible();
  await dialog.getByLabel("New password").fill("another horse battery staple");
  await dialog.getByRole("button", { name: "Reset the password" }).click();
  await expect(dialog).toBeHidden();

  // Their page finds out by itself, and remembers where it was.
  await expect(theirs).toHaveURL(/\/sign-in\?next=%2Fdevices%3Fstatus%3Dpass$/);
  await expect(theirs.getByLabel("E-mail address")).toBeVisible();
  await signInAs(theirs, person);
  await expect(theirs.getByRole("alert")).toContainText("is wrong");
  await signInAs(theirs, { ...person, password: "another horse battery staple" });
  await expect(theirs.getByRole("heading", { name: "Home" })).toBeVisible();
  await theirs.context().close();
});

test("second factor is removed for somebody who lost it", async ({ page, browser, baseURL }) => {
  const person = madePerson("operator");
  const theirs = await signedIn(browser, baseURL, person);
  await page.goto("/settings?part=people");
  await switchOn(theirs, person.password);
  await act(page, person.email, "Remove the second factor");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("A password alone is then enough");
  await dialog.getByRole("button", { name: "Remove the second factor" }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("listitem").filter({ hasText: person.email });
  await expect(row).toContainText("no second factor");
  await theirs.context().clearCookies();
  await signInAs(theirs, person);
  await expect(theirs.getByRole("heading", { name: "Home" })).toBeVisible();
  await theirs.context().close();
});

test("nobody is offered to reset their own, which the account page does", async ({ page }) => {
  await page.goto("/settings?part=people");
  const own = page.getByRole("listitem").filter({ has: page.getByText("You", { exact: true }) });
  await own.getByRole("button", { name: /^More for/ }).click();
  await expect(page.getByRole("menuitem", { name: "Remove", exact: true })).toBeVisible();
  await expect(page.getByRole("menuitem")).toHaveCount(1);
});

freshTest("second factor is asked of everybody, oneself as well", async ({ page, fresh }) => {
  await setUp(page, fresh);
  await page.goto(`${fresh.url}/settings?part=people`);
  const asked = page.getByRole("switch", { name: "Everybody needs a second factor" });
  await expect(asked).not.toBeChecked();
  await asked.click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("can do nothing but set one up");
  await expect(dialog).toContainText("You have none yourself");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(asked).not.toBeChecked();
  await asked.click();
  await dialog.getByRole("button", { name: "Ask everybody" }).click();

  await page.goto(`${fresh.url}/devices`);
  await page.getByRole("link", { name: "Set it up" }).click();
  await expect(page.getByText("Your organization asks everybody")).toBeVisible();
  await switchOn(page, firstOwner.password);
  await page.goto(`${fresh.url}/settings?part=people`);
  await expect(asked).toBeChecked();
  await asked.click();
  await dialog.getByRole("button", { name: "Stop asking" }).click();
  await expect(asked).not.toBeChecked();
});

/** Chooses what is to be done about somebody's access. */
async function act(page: Page, email: string, what: string): Promise<void> {
  const row = page.getByRole("listitem").filter({ hasText: email });
  await row.getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: what }).click();
}

/** Sets one's own second factor up. */
async function switchOn(page: Page, password: string): Promise<void> {
  if (!new URL(page.url()).pathname.startsWith("/account")) {
    await page.goto(new URL("/account", page.url()).href);
  }
  await page.getByRole("button", { name: "Set it up" }).click();
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Set it up" }).click();
  await expect(page.getByRole("img", { name: "QR code" })).toBeVisible();
  const secret = ((await page.locator("form code").textContent()) ?? "").trim();
  await page.getByLabel("Code of the app").fill(oneTimeCode(secret));
  await page.getByRole("button", { name: "Switch it on" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText("a code of your authenticator app")).toBeVisible();
}
