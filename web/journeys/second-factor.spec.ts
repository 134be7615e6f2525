// A second factor, from switching it on to switching it off, by a person made for it.

import { execFileSync } from "node:child_process";
import type { Page } from "@playwright/test";
import { expect, pressSignIn, test } from "./rig";
import { oneTimeCode } from "./totp";

const person = { email: "second-factor@example.org", password: "correct horse battery staple" };

test.use({ storageState: { cookies: [], origins: [] } });

test("person with a second factor signs in with a code, and once with a recovery code", async ({
  page,
}) => {
  createPerson();
  await signIn(page);
  await page.goto("/account");
  await page.getByRole("button", { name: "Set it up" }).click();
  await page.getByLabel("Your password").fill("wrong horse battery");
  await page.getByRole("button", { name: "Set it up" }).click();
  await expect(page.getByText("That is not your current password.")).toBeVisible();
  await page.getByLabel("Your password").fill(person.password);
  await page.getByRole("button", { name: "Set it up" }).click();
  await expect(page.getByRole("img", { name: "QR code" })).toBeVisible();
  const secret = ((await page.locator("form code").textContent()) ?? "").trim();
  const used = oneTimeCode(secret);
  await page.getByLabel("Code of the app").fill(used);
  await page.getByRole("button", { name: "Switch it on" }).click();
  const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  const recovery = ((await codes.first().textContent()) ?? "").trim();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText("a code of your authenticator app")).toBeVisible();
  await expect(page.getByText("This browser")).toBeVisible();

  await page.context().clearCookies();
  await signIn(page);
  await expect(page.getByLabel("Code", { exact: true })).toBeFocused();
  await page.getByLabel("Code", { exact: true }).fill(used);
  await pressSignIn(page);
  await expect(page.getByRole("alert")).toContainText("That code is wrong");
  await page.getByLabel("Code", { exact: true }).fill(recovery);
  await pressSignIn(page);
  await expect(page).toHaveURL(/\/$/);

  await page.goto("/account");
  await expect(page.getByRole("button", { name: "Sign out" })).toHaveCount(2);
  await page.getByRole("listitem").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("listitem").getByRole("button", { name: "Sign out" })).toHaveCount(0);
  await page.getByRole("button", { name: "Switch it off" }).click();
  await page.getByLabel("Your password").fill(person.password);
  await page.getByRole("button", { name: "Switch it off" }).click();
  await expect(page.getByText("Signing in takes only your password.")).toBeVisible();
});

async function signIn(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await pressSignIn(page);
  await expect(
    page
      .getByLabel("Code", { exact: true })
      .or(page.getByRole("heading", { name: "Home" }))
      .first(),
  ).toBeVisible();
}

function createPerson(): void {
  const words = ["--name", "Second Factor", "--role", "help_desk", "--password-stdin"];
  execFileSync(process.env.MACADAM_CLI ?? "macadam", ["people", "create", person.email, ...words], {
    input: `${person.password}\n`,
  });
}
