// What was done is found, read whole, proved and taken along.

import { readFileSync } from "node:fs";
import { expect, test } from "./rig";

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
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export CSV" }).click(),
  ]);
  const lines = readFileSync(await file.path(), "utf8")
    .trim()
    .split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("upload_push_certificate");
});
