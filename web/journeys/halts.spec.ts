// A release is halted by trouble in one ring: where it is seen, why, and how it goes on.

import type { Page } from "@playwright/test";
import { expect, listedDevices, listedItems, macadam, test } from "./rig";

interface Halt {
  id: string;
  item: { id: string; name: string };
  version: string;
  resumed_at: string | null;
}

const halts = (): Halt[] => JSON.parse(macadam("rings", "halts", "--json")) as Halt[];
const reason = "Their disks were full, and are not any more";

test("halt is seen on Home, the item and the release, and a person lets it go on", async ({
  page,
}) => {
  test.setTimeout(180_000);
  const halt = await haltSomething(page);
  await page.goto("/");
  const onHome = page.getByRole("region", { name: `${halt.version} is halted after` }).first();
  await expect(onHome).toContainText(/Of \d+ devices?, \d+ (failed|fell silent)/);
  await onHome.getByRole("link", { name: halt.item.name }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText(halt.item.name);
  const onItem = page.getByRole("region", { name: `${halt.version} is halted after` }).first();
  await expect(onItem.getByText(/in trouble now/)).toBeVisible();
  await onItem.getByRole("listitem").first().getByRole("link").click();
  await expect(page).toHaveURL(/\/devices\//);
  await page.goBack();

  await page.goto(`/releases/${listOf(halt)}-${halt.version}`);
  const onRelease = page.getByRole("region", { name: `${halt.version} is halted after` }).first();
  await expect(onRelease.getByRole("link", { name: halt.item.name })).toBeVisible();
  await onRelease.getByRole("button", { name: "Let it go on" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Let it go on" })).toBeDisabled();
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByRole("button", { name: "Let it go on" }).click();
  await expect(dialog).toBeHidden();
  const earlier = page.getByRole("region", { name: "Earlier halts" });
  await expect(earlier).toContainText(reason);
  expect(halts().find(({ id }) => id === halt.id)?.resumed_at).not.toBeNull();

  await earlier.getByRole("link", { name: "In the activity" }).first().click();
  await expect(page).toHaveURL(/object=ring_halts/);
  await expect(page.getByText("Let a halted release go on").first()).toBeVisible();
  await expect(page.getByText(reason).first()).toBeVisible();
});

/** Gives the item with the most devices in trouble a later ring, and the shortest patience. */
async function haltSomething(page: Page): Promise<Halt> {
  const open = halts().find((halt) => halt.resumed_at === null);
  if (open) {
    return open;
  }
  await page.goto("/library");
  const failing = listedDevices().filter(({ decision }) => decision.status === "error");
  expect(failing.length).toBeGreaterThan(0);
  for (const item of listedItems().filter((one) => one.settings.type === "managed_os")) {
    await page.evaluate(async (id) => {
      const stored = await (await fetch(`/api/v1/library-items/${id}`)).json();
      const condition = { test: { field: "tag", operator: "is", value: "later" } };
      const settings = {
        ...stored.settings,
        rings: [{ name: "Later", offset_days: 7, condition }],
        ring_halt: { percent: 0, devices: 1 },
      };
      await fetch(`/api/v1/library-items/${id}`, {
        method: "PUT",
        headers: { "content-type": "application/json", "if-match": String(stored.revision) },
        body: JSON.stringify({ settings }),
      });
    }, item.id);
  }
  await expect
    .poll(() => halts().filter((halt) => halt.resumed_at === null).length, { timeout: 120_000 })
    .toBeGreaterThan(0);
  const found = halts().find((halt) => halt.resumed_at === null);
  expect(found).toBeDefined();
  return found as Halt;
}

function listOf({ item }: Halt): string {
  return item.name.startsWith("macOS") ? "macos" : "ios";
}
