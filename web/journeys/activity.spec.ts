// What was done is found, read whole, proved and taken along.

import { expect, exportedLines, test } from "./rig";

test("acts are filtered, opened, verified and exported", async ({ page }) => {
  await page.goto("/activity");
  await page.getByPlaceholder("Any act").fill("Upload a push");
  await page.getByRole("option", { name: "Upload a push certificate" }).click();
  await expect(page).toHaveURL(/action=upload_push_certificate/);
  await page.getByRole("button", { name: "Upload a push certificate" }).first().click();
  await expect(page.getByRole("dialog").getByText("upload_push_certificate")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Verify" }).click();
  await expect(page.getByText(/entries fit the chain/)).toBeVisible();
  await page.keyboard.press("Escape");
  const lines = await exportedLines(page);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("upload_push_certificate");
});

test("a span of days holds its last day, and who is found by a part of the name", async ({
  page,
}) => {
  await page.goto("/activity?object=push_certificate");
  const acts = page.getByRole("table").getByRole("row");
  await expect(acts.nth(1)).toContainText("Upload a push certificate");
  const when = await acts.nth(1).locator("time").getAttribute("datetime");
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Berlin" });
  const day = parts.format(new Date(when ?? ""));
  await page.getByLabel("Since").fill(day);
  await page.getByLabel("Until").fill(day);
  await page.getByRole("searchbox", { name: "Who" }).fill("OWNER@");
  await expect(page).toHaveURL(/actor_name=OWNER/);
  await expect(page.getByLabel("Until")).toHaveValue(day);
  await expect(acts.nth(1)).toContainText("Upload a push certificate");
  await page.getByRole("button", { name: /^Remove.*Push certificate/ }).click();
  await expect(page).not.toHaveURL(/object=/);
});
