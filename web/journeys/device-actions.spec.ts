// One action on many devices: chosen one by one or all that match, seen before it is done, and done
// while one is elsewhere.

import { expect, listedBlueprints, listedDevices, macadam, test } from "./rig";

interface Shown {
  tags: string[];
  blueprint: { name: string } | null;
}

const shown = (id: string) => JSON.parse(macadam("devices", "show", id, "--json")) as Shown;

test("chosen devices are tagged, and the work is followed on another page", async ({ page }) => {
  const tag = `fair-${Date.now()}`;
  await page.goto("/devices?sort=name");
  const boxes = page.getByRole("checkbox", { name: /^Select (?!all)/ });
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  const bar = page.getByRole("region", { name: "Act on them" });
  await expect(bar).toContainText("2 devices selected");
  await bar.getByRole("button", { name: "Act on them" }).click();
  await page.getByRole("menuitem", { name: "Add tags" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Tag 2 devices" })).toBeDisabled();
  await dialog.getByRole("combobox", { name: "Tags" }).fill(tag);
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Tag 2 devices" }).click();
  await page.getByRole("link", { name: "Releases", exact: true }).click();
  const work = page.getByRole("status", { name: "Work in progress" });
  await expect(work).toContainText("Finished: 2 of 2 done.");
  await work.getByRole("button", { name: "Close" }).click();
  await expect(work).toBeEmpty();
  await page.goto(`/devices?tag=${tag}`);
  await expect(page.getByRole("table", { name: "Devices" })).toHaveAttribute("aria-rowcount", "3");
});

test("end of what was begun is told to whoever comes back, until it was read", async ({ page }) => {
  const tag = `spare-${Date.now()}`;
  const [one] = listedDevices();
  await page.goto(`/devices?search=${one?.serial_number}`);
  await page
    .getByRole("checkbox", { name: /^Select (?!all)/ })
    .first()
    .check();
  const bar = page.getByRole("region", { name: "Act on them" });
  await bar.getByRole("button", { name: "Act on them" }).click();
  await page.getByRole("menuitem", { name: "Add tags" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Tags" }).fill(tag);
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Tag 1 device" }).click();
  const work = page.getByRole("status", { name: "Work in progress" });
  await expect(work).toContainText("Finished: 1 of 1 done.");
  // The server did it: whoever closes the window and comes back is told.
  await page.goto("about:blank");
  await page.goto("/");
  await expect(work).toContainText("Finished: 1 of 1 done.");
  await work.getByRole("button", { name: "Close" }).click();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(work).toBeEmpty();
  const listed = macadam("bulk-actions", "list");
  expect(listed).toContain(`add tags ${tag}`);
});

test("all that match are asked to report, however many are loaded", async ({ page }) => {
  const macs = listedDevices().filter(({ platform }) => platform === "macos");
  await page.goto("/devices?platform=macos");
  await page
    .getByRole("checkbox", { name: /^Select (?!all)/ })
    .first()
    .check();
  const bar = page.getByRole("region", { name: "Act on them" });
  await bar.getByRole("button", { name: `Select all ${macs.length} that match` }).click();
  await expect(bar).toContainText(`${macs.length} devices selected`);
  await bar.getByRole("button", { name: "Act on them" }).click();
  await page.getByRole("menuitem", { name: "Ask to report" }).click();
  await page.getByRole("button", { name: `Ask ${macs.length} devices` }).click();
  const work = page.getByRole("status", { name: "Work in progress" });
  await expect(work).toContainText(`Finished: ${macs.length} of ${macs.length} done.`);
  await expect(bar).toBeHidden();
});

test("move shows its effect before it is done, and can be taken back", async ({ page }) => {
  const name = `Desk ${Date.now()}`;
  await page.goto("/blueprints");
  await page.getByRole("button", { name: "New blueprint" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Create the blueprint" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  const iPad = listedDevices().find((one) => one.name.startsWith("iPad"));
  const id = iPad?.id ?? "";

  const confirm = async (to: string) => {
    await page.getByRole("menuitem", { name: "Move to a blueprint" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("button", { name: "Move 1 device" })).toBeDisabled();
    await dialog.getByRole("combobox", { name: "Blueprint" }).click();
    await page.getByRole("option", { name: to, exact: true }).click();
    await expect(dialog.getByRole("status")).toContainText(/another target or deadline/);
    await dialog.getByRole("button", { name: "Move 1 device" }).click();
    await expect(page.getByText("Finished: 1 of 1 done.")).toBeVisible();
    expect(shown(id).blueprint?.name).toBe(to);
  };
  await page.goto(`/devices?search=${iPad?.serial_number}`);
  await page.getByRole("checkbox", { name: `Select ${iPad?.name}` }).check();
  await page.getByRole("button", { name: "Act on them" }).click();
  await confirm(name);

  // Back from its record, which leads to the blueprint that it is in.
  await page.goto(`/devices/${id}`);
  await page.getByRole("button", { name: "More about this device" }).click();
  await confirm("Everybody");
  await page.getByRole("link", { name: "Everybody" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Everybody");
  expect(listedBlueprints().map((one) => one.name)).toContain(name);
});

test("tags of a device are changed on its record", async ({ page }) => {
  const tag = `loan-${Date.now()}`;
  const device = listedDevices().at(-1);
  const id = device?.id ?? "";
  const before = shown(id).tags;
  const edit = async () => {
    await page.getByRole("button", { name: "More about this device" }).click();
    await page.getByRole("menuitem", { name: "Edit tags" }).click();
    return page.getByRole("dialog");
  };
  await page.goto(`/devices/${id}?tab=details`);
  let dialog = await edit();
  await dialog.getByRole("combobox", { name: "Tags" }).fill(tag);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(tag)).toBeVisible();
  expect(shown(id).tags).toEqual([...before, tag].sort());

  dialog = await edit();
  await dialog.getByRole("combobox", { name: "Tags" }).focus();
  await page.keyboard.press("Backspace");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  expect(shown(id).tags).toHaveLength(before.length);
});
