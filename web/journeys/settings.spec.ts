// Settings: people and their roles, tokens of machines, and the push certificate.

import { readFileSync } from "node:fs";
import { expect, macadam, owner, test } from "./rig";

interface Server {
  approval: { mode: string; days?: number };
}

test("person is added, gets another role, and is removed", async ({ page }) => {
  const email = `person-${Date.now()}@example.com`;
  await page.goto("/settings?part=people");
  await page.getByRole("button", { name: "Add a person" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Kim");
  await dialog.getByRole("textbox", { name: "E-mail address" }).fill(email);
  await dialog.getByLabel("First password").fill("a long enough password");
  await dialog.getByRole("button", { name: "Add a person" }).click();
  const row = page.getByRole("listitem").filter({ hasText: email });
  await expect(row).toContainText("never signed in");
  await row.getByRole("combobox").click();
  await page.getByRole("option", { name: "Auditor", exact: true }).click();
  await expect.poll(() => macadam("people", "list", "--json")).toContain('"auditor"');
  await row.getByRole("button", { name: "More for Kim" }).click();
  await page.getByRole("menuitem", { name: "Remove", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(row).toBeHidden();
});

test("token is shown once and revoked", async ({ page }) => {
  const name = `machine ${Date.now()}`;
  await page.goto("/settings?part=tokens");
  await page.getByRole("button", { name: "Make a token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("button", { name: "Make a token" }).click();
  await expect(dialog).toContainText("shown only this once");
  await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
  const row = page.getByRole("listitem").filter({ hasText: name });
  await row.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(row).toBeHidden();
});

test("token is limited to permissions, which its role must allow", async ({ page }) => {
  const name = `dashboard ${Date.now()}`;
  await page.goto("/settings?part=tokens");
  await page.getByRole("button", { name: "Make a token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  const scopes = dialog.getByRole("combobox", { name: "Only these permissions" });
  await scopes.click();
  await page.getByRole("option", { name: "Read", exact: true }).click();
  await page.getByRole("option", { name: "Exempt devices" }).click();
  await scopes.press("Tab");
  await dialog.getByRole("button", { name: "Make a token" }).click();
  await expect(dialog.getByText("The role does not allow all of these.")).toBeVisible();
  await expect(scopes).toHaveAttribute("aria-invalid", "true");
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: "Help desk" }).click();
  await dialog.getByRole("button", { name: "Make a token" }).click();
  await expect(dialog).toContainText("shown only this once");
  await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
  const row = page.getByRole("listitem").filter({ hasText: name });
  await expect(row).toContainText("Help desk: Read and Exempt devices");
  await expect(row).toContainText(`made by ${owner.email}`);
  await row.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(row).toBeHidden();
});

test("Apple's list is read at once", async ({ page }) => {
  await page.goto("/settings");
  await page.getByRole("button", { name: "Read now: Apple’s list of releases" }).click();
  await expect(page.getByText("It was read.")).toBeVisible();
});

test("releases count as approved after some days, with a reason", async ({ page }) => {
  const approval = () => (JSON.parse(macadam("status", "--json")) as Server).approval;
  const card = page.getByRole("region", { name: "Releases count as approved" });
  await page.goto("/settings");
  await expect(card.getByRole("radio", { name: "At once" })).toBeChecked();
  await card.getByRole("radio", { name: "After some days" }).check();
  await card.getByRole("textbox", { name: "Days" }).fill("3");
  await expect(card.getByRole("button", { name: "Save" })).toBeDisabled();
  await card.getByRole("textbox", { name: /Why/ }).fill("let others go first");
  await card.getByRole("button", { name: "Save" }).click();
  await expect.poll(approval).toEqual({ mode: "after_days", days: 3 });
  await card.getByRole("radio", { name: "At once" }).check();
  await card.getByRole("textbox", { name: /Why/ }).fill("as before");
  await card.getByRole("button", { name: "Save" }).click();
  await expect.poll(approval).toEqual({ mode: "at_once" });
});

test("push certificate says until when it lasts, and how it is renewed", async ({ page }) => {
  await page.goto("/settings?part=push");
  const shown = JSON.parse(macadam("push-certificate", "show", "--json")) as { topic: string };
  await expect(page.getByText(shown.topic)).toBeVisible();
  await expect(page.getByText("Choose Renew beside the certificate")).toBeVisible();
  await expect(page.getByRole("button", { name: "Upload" })).toBeDisabled();
});

test("next push certificate is requested, with a key that stays on the server", async ({
  page,
}) => {
  await page.goto("/settings?part=push");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Make a signing request" }).click();
  const file = await (await downloading).path();
  const request = readFileSync(file, "utf8");
  expect(request).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/);
  await expect(page.getByText("It waits for its certificate.")).toBeVisible();
  expect(macadam("push-certificate", "request").trim()).toBe(request.trim());

  // Another one is made only by whoever means it.
  await page.getByRole("button", { name: "Start over" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("could not be used any more");
  await dialog.getByRole("button", { name: "Start over" }).click();
  await expect(dialog).toBeHidden();
  expect(macadam("push-certificate", "request").trim()).not.toBe(request.trim());
});
