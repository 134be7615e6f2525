// What people write about a device.

import { expect, listedDevices, test } from "./rig";

test("note is written, stays line by line, and is deleted", async ({ page }) => {
  const id = listedDevices()[0]?.id;
  await page.goto(`/devices/${id}?tab=notes`);
  await expect(page.getByText("There is no note about this device yet.")).toBeVisible();
  await page.getByRole("textbox", { name: "New note" }).fill("Lent to the museum.\nBack in May.");
  await page.getByRole("button", { name: "Add the note" }).click();
  const note = page.getByRole("region", { name: "Notes" }).getByRole("listitem");
  await expect(note).toContainText("Lent to the museum.");
  await expect(note).not.toContainText("□");
  await page.reload();
  await expect(note).toContainText("Back in May.");
  await note.getByRole("button", { name: /^Delete the note/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("There is no note about this device yet.")).toBeVisible();
});
