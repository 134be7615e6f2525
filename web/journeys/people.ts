// Other people than the owner, made for one journey.

import { execFileSync } from "node:child_process";
import type { Browser, Page } from "@playwright/test";
import { expect, pressSignIn } from "./rig";

export interface SomePerson {
  email: string;
  name: string;
  password: string;
}

let made = 0;

/** Somebody with a role, who has never signed in. */
export function madePerson(role: string): SomePerson {
  made += 1;
  const email = `${role}-${made}-${Date.now()}@example.org`;
  const person = { email, name: `Person ${made}`, password: "correct horse battery staple" };
  const words = ["--name", person.name, "--role", role, "--password-stdin"];
  execFileSync(process.env.MACADAM_CLI ?? "macadam", ["people", "create", email, ...words], {
    input: `${person.password}\n`,
  });
  return person;
}

/** Fills in the first step of signing in, and takes it. */
export async function signInAs(page: Page, person: SomePerson): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await pressSignIn(page);
}

/** A browser of their own in which somebody is signed in; whoever asked for it closes it. */
export async function signedIn(
  browser: Browser,
  baseURL: string | undefined,
  person: SomePerson,
): Promise<Page> {
  const storageState = { cookies: [], origins: [] };
  const options = { storageState, ...(baseURL && { baseURL }) };
  const page = await (await browser.newContext(options)).newPage();
  await signInAs(page, person);
  await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
  return page;
}
