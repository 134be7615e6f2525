// One's own account.

import { madePerson, signedIn } from "./people";
import { expect, test } from "./rig";

test("password is not changed by who does not know it", async ({ page }) => {
  await page.goto("/account");
  await page.getByLabel("Current password").fill("wrong horse battery");
  await page.getByLabel("New password").fill("another horse battery");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("That is not your current password.")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Account" })).toBeVisible();
});

test("language and appearance are chosen and stay", async ({ page }) => {
  await page.goto("/account");
  await page.getByText("Deutsch").click();
  await expect(page.getByRole("heading", { name: "Konto" })).toBeVisible();
  await page.getByText("Dunkel", { exact: true }).click();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Konto" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
});

test("own tokens are made and revoked beside the password", async ({ page }) => {
  const name = `script ${Date.now()}`;
  await page.goto("/account");
  const card = page.getByRole("region", { name: "API tokens" });
  await card.getByRole("button", { name: "Make a token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("button", { name: "Make a token" }).click();
  await expect(dialog).toContainText("shown only this once");
  await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
  const row = card.getByRole("listitem").filter({ hasText: name });
  await expect(row).toContainText("Auditor");
  await row.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(row).toBeHidden();
});

test("tokens of others are not among one's own, and who may make none sees no card", async ({
  browser,
  page,
  baseURL,
}) => {
  const { admin, operator } = { admin: madePerson("admin"), operator: madePerson("operator") };
  const name = `theirs ${Date.now()}`;
  const theirs = await signedIn(browser, baseURL, admin);
  const body = { name, role: "auditor", valid_days: 1 };
  const made = await theirs.evaluate(async (wish) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/api/v1/tokens", {
      method: "POST",
      headers,
      body: JSON.stringify(wish),
    });
    return answer.status;
  }, body);
  expect(made).toBe(201);
  await theirs.goto("/account");
  const row = theirs.getByRole("region", { name: "API tokens" }).getByRole("listitem");
  await expect(row.filter({ hasText: name })).toBeVisible();
  await page.goto("/settings?part=tokens");
  await expect(page.getByRole("listitem").filter({ hasText: name })).toContainText(admin.email);
  await page.goto("/account");
  await expect(page.getByRole("region", { name: "API tokens" })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: name })).toHaveCount(0);
  await theirs.context().close();

  const without = await signedIn(browser, baseURL, operator);
  await without.goto("/account");
  await expect(without.getByText("This browser")).toBeVisible();
  await expect(without.getByRole("region", { name: "API tokens" })).toHaveCount(0);
  await without.context().close();
});
