// Passkeys, from making one to removing it, with an authenticator that the browser simulates.

import { execFileSync } from "node:child_process";
import type { CDPSession, Page } from "@playwright/test";
import { expect, pressSignIn, test } from "./rig";

const password = "correct horse battery staple";

test.use({ storageState: { cookies: [], origins: [] } });

test("person makes a passkey and signs in with it, without a password", async ({ page }) => {
  const email = "blue-key@example.org";
  createPerson(email);
  const key = await securityKey(page);
  await signIn(page, email);
  await page.goto("/account");
  await expect(page.getByText("You have no passkey.")).toBeVisible();
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Blue key");
  await page.getByLabel("Your password").fill("wrong horse battery");
  await page.getByRole("button", { name: "Make the passkey" }).click();
  await expect(page.getByText("That is not your current password.")).toBeVisible();
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Make the passkey" }).click();
  const passkeys = page.getByRole("list", { name: "Passkeys" }).getByRole("listitem");
  await expect(passkeys).toHaveText([/Blue key.*Not used yet/s]);

  // The same authenticator makes no second one.
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Blue key again");
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Make the passkey" }).click();
  await expect(page.getByText("has a passkey of yours already")).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();

  await passkeys.getByRole("button", { name: "Rename" }).click();
  await passkeys.getByLabel("Name").fill("Desk key");
  await passkeys.getByRole("button", { name: "Save" }).click();
  await expect(passkeys).toHaveText([/Desk key/]);

  await page.context().clearCookies();
  await key.isOffered("/sign-in?next=/account");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page).toHaveURL(/\/account$/);
  await expect(page.getByText(email).first()).toBeVisible();
  await expect(passkeys).toHaveText([/Desk key.*Last used/s]);

  await passkeys.getByRole("button", { name: "Remove" }).click();
  await passkeys.getByLabel("Your password").fill(password);
  await passkeys.getByRole("button", { name: "Remove “Desk key”" }).click();
  await expect(page.getByText("You have no passkey.")).toBeVisible();

  await page.context().clearCookies();
  await key.isOffered("/sign-in");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("alert")).toContainText("The passkey was not accepted");
  await signIn(page, email);
});

test("browser that is not used as its owner signs nobody in", async ({ page }) => {
  const email = "red-key@example.org";
  createPerson(email);
  const key = await securityKey(page);
  await signIn(page, email);
  await addPasskey(page, "Red key");
  await page.context().clearCookies();
  await key.isOffered("/sign-in");
  await key.verifies(false);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("status")).toContainText("No passkey was used");
  await key.verifies(true);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
});

/** An authenticator in the browser of this page. */
async function securityKey(page: Page) {
  const browser: CDPSession = await page.context().newCDPSession(page);
  await browser.send("WebAuthn.enable");
  const { authenticatorId } = await browser.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.addInitScript(() => {
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (options) => {
      const answer = get(options);
      document.documentElement.setAttribute("data-asked", "");
      return answer;
    };
  });
  const touched = (enabled: boolean) =>
    browser.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  return {
    /**
     * Opens a page that offers passkeys in a field. This authenticator would take the offer at once,
     * which people do not: nobody touches it until the browser waits for that.
     */
    async isOffered(path: string) {
      await touched(false);
      await page.goto(path);
      await page.locator("html[data-asked]").waitFor();
      await touched(true);
    },
    /** Whether it recognizes whoever touches it. */
    verifies: (isUserVerified: boolean) =>
      browser.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.goto("/account");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Make the passkey" }).click();
  await expect(page.getByRole("list", { name: "Passkeys" })).toContainText(name);
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await pressSignIn(page);
  await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
}

function createPerson(email: string): void {
  const words = ["--name", "Passkeys", "--role", "help_desk", "--password-stdin"];
  execFileSync(process.env.MACADAM_CLI ?? "macadam", ["people", "create", email, ...words], {
    input: `${password}\n`,
  });
}
