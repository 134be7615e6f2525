// Whatever a device or a link says is text: none of it runs, and none of it becomes a page.

import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { CANARY, nothingRan } from "./canary";
import { pagesToSee } from "./pages";
import { expect, test } from "./rig";

/** Puts the canary into every text of every device that the server answers with. */
async function hostileDevices(page: Page): Promise<void> {
  await page.route(/\/api\/v1\/devices/, async (route) => {
    const answer = await route.fetch();
    const body = await answer.text();
    if (!answer.ok() || answer.headers()["content-type"] !== "application/json") {
      return route.fulfill({ response: answer });
    }
    const fields = ["name", "serial_number", "model", "product", "os_version", "build", "sentence"];
    const hostile = JSON.stringify(
      JSON.parse(body, (key, value) =>
        typeof value === "string" &&
        (fields.includes(key) || key === "device_words" || key === "reason")
          ? `${CANARY}${value}`
          : value,
      ),
    );
    return route.fulfill({ response: answer, body: hostile });
  });
}

test("what devices say is text in the list and on every tab", async ({ page }) => {
  await hostileDevices(page);
  await page.goto("/devices");
  const first = page.locator("[data-index] a").first();
  await expect(first).toContainText("<img src=x");
  await expect(first).toContainText("□");
  await nothingRan(page);
  await first.click();
  for (const tab of ["Managed OS", "Details", "Commands"]) {
    await page.getByRole("tab", { name: tab }).click();
    await expect(page.locator("[data-loading]")).toHaveCount(0);
    await nothingRan(page);
  }
  await expect(page).toHaveTitle(/<img src=x/);
});

/** Every name that a page or the API reads from an address. */
function parameterNames(): string[] {
  const document = JSON.parse(readFileSync("../docs/openapi.json", "utf8")) as {
    paths: Record<string, Record<string, { parameters?: { in: string; name: string }[] }>>;
  };
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  const queried = operations
    .flatMap((operation) => operation.parameters ?? [])
    .filter((parameter) => parameter.in === "query")
    .map((parameter) => parameter.name);
  const pages = [
    "tab",
    "part",
    "next",
    "major",
    "type",
    "platform",
    "list",
    "policy",
    "from",
    "to",
  ];
  return [...new Set([...queried, ...pages, "no_such_parameter"])];
}

test("no parameter of an address runs or breaks its page", async ({ page }) => {
  test.setTimeout(180_000);
  const value = encodeURIComponent(CANARY);
  const names = parameterNames();
  expect(names.length).toBeGreaterThan(25);
  const all = names.map((name) => `${name}=${value}`).join("&");
  const paths = new Set(pagesToSee().map(({ path }) => path.split("?")[0]));
  for (const path of paths) {
    await page.goto(`${path}?${all}`);
    await page
      .getByRole("heading", { level: 1 })
      .or(page.getByRole("heading", { level: 2 }))
      .first()
      .waitFor();
    await page.waitForLoadState("networkidle");
    await nothingRan(page);
    const broken = await page.getByText("This page could not be shown").count();
    expect.soft(broken, path).toBe(0);
  }
});

test("what a link says is text in every filter", async ({ page }) => {
  const value = encodeURIComponent(CANARY);
  for (const path of [
    ...["search", "tag", "os_version", "target_version", "os_version_below"].map(
      (name) => `/devices?${name}=${value}`,
    ),
    `/devices?status=${value}&platform=${value}&sort=${value}&overdue=${value}`,
    `/activity?actor_name=${value}&action=${value}`,
    `/releases?list=${value}`,
    `/devices/${value}?tab=${value}`,
    `/releases/${value}`,
    `/no-such-page/${value}`,
  ]) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    await nothingRan(page);
  }
});
