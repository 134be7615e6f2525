// The library: an item is made, previewed and saved, and devices move; two people edit one item.

import { expect, exportedLines, type ListedItem, listedItems, macadam, test } from "./rig";

const tahoe = () => listedItems().find((one) => one.settings.label === "macOS Tahoe");

test("cards stand by type, and filters in the address", async ({ page }) => {
  await page.goto("/library");
  await expect(page.getByRole("heading", { name: /^Managed OS \d/ })).toBeVisible();
  await page.getByRole("combobox", { name: "Platform" }).click();
  await page.getByRole("option", { name: "iPadOS" }).click();
  await expect(page).toHaveURL(/platform=ipados/);
  const iPads = listedItems().filter(({ settings }) => settings.platform === "ipados");
  await expect(page.getByRole("article")).toHaveCount(iPads.length);
  await page.getByRole("searchbox").fill("nothing is called this");
  await expect(page.getByText("No item matches")).toBeVisible();
  await page.getByRole("link", { name: "Show the whole library" }).click();
  await expect(page.getByRole("article")).toHaveCount(listedItems().length);
});

test("impossible combination is explained where it arises", async ({ page }) => {
  await page.goto(`/library/${tahoe()?.id}`);
  await page.getByRole("radio", { name: "Do not manage" }).check();
  const upgrades = page.getByRole("region", { name: "Upgrades" });
  await expect(upgrades).toContainText("Continuously enforce needs a version enforcement");
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await page.getByRole("radio", { name: "Install on demand from Self Service" }).check();
  await expect(upgrades).not.toContainText("needs a version enforcement");
  await expect(page.getByRole("button", { name: "Save" })).toBeEnabled();
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(page.getByText("No change yet.")).toBeVisible();
});

test("item is created as previewed, changed, paused and deleted", async ({ page }) => {
  const label = `Visitors ${Date.now()}`;
  await page.goto("/library");
  await page.getByRole("button", { name: "Add Library Item" }).first().click();
  await page.getByRole("menuitem", { name: /Managed OS/ }).click();
  await page.getByRole("combobox", { name: "Version", exact: true }).click();
  await page.getByRole("option", { name: "macOS Sequoia 15" }).click();
  await page.getByRole("textbox", { name: "Label" }).fill(label);
  await page.getByText("3 weeks", { exact: true }).first().click();
  await expect(page.getByText(/Nothing changes for any of the \d+ devices/)).toBeVisible();
  await page.getByRole("button", { name: "Create the item" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(label);
  await expect(page.getByText("Saved as", { exact: false })).toHaveCount(0);

  await page.getByRole("textbox", { name: "Minimum notice in days" }).fill("4");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved as previewed")).toBeVisible();

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("textbox", { name: /Why/ }).fill("trade fair");
  await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("alert", { name: "Paused" })).toContainText("trade fair");

  await page.getByRole("tab", { name: "Activity" }).click();
  await expect(page.getByText("paused the item")).toBeVisible();
  await expect(page.getByText("Minimum notice in days")).toBeVisible();

  await page.getByRole("button", { name: "More about this item" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL(/\/library$/);
  expect(listedItems().map((one) => one.settings.label)).not.toContain(label);
});

test("older preview that comes late does not replace a newer one", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let arrived = false;
  await page.route("**/api/v1/previews", async (route) => {
    const days = route.request().postDataJSON().settings?.minimum_notice_days;
    if (days !== 11 && days !== 13) {
      return route.continue();
    }
    const answer = await (await route.fetch()).json();
    const problems = [{ field: "label", message: "the older answer", wording: null }];
    await (days === 13 && held);
    // Whoever asked may be gone.
    await route.fulfill({ json: { ...answer, problems } }).catch(() => undefined);
    arrived = days === 13;
  });
  await page.goto(`/library/${tahoe()?.id}`);
  const notice = page.getByRole("textbox", { name: "Minimum notice in days" });
  const preview = page.getByRole("region", { name: "What this would do" });
  await notice.fill("11");
  await expect(preview).toContainText("This cannot be saved");
  const asked = page.waitForRequest(
    (request) => request.postData()?.includes('_days":13') ?? false,
  );
  await notice.fill("13");
  await asked;
  await notice.fill("12");
  await expect(preview).not.toContainText("This cannot be saved");
  await expect(preview).not.toHaveAttribute("data-behind");
  release();
  await expect.poll(() => arrived).toBe(true);
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100))),
  );
  await expect(preview).not.toContainText("This cannot be saved");
  await page.getByRole("button", { name: "Discard" }).click();
});

test("two people edit the same item and nothing is lost", async ({ page, context }) => {
  const id = tahoe()?.id;
  const other = await context.newPage();
  await page.goto(`/library/${id}`);
  await other.goto(`/library/${id}`);

  await page.getByRole("textbox", { name: "Page with details" }).fill("https://example.com/mine");
  await other.getByRole("textbox", { name: "Minimum notice in days" }).fill("6");
  await other.getByRole("button", { name: "Save" }).click();
  await saveAnyway(other);
  await expect(other.getByText("Saved as previewed")).toBeVisible();

  await expect(page.getByText("Somebody else saved this item meanwhile")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await page.getByRole("button", { name: "Go on with both" }).click();
  await expect(page.getByRole("textbox", { name: "Minimum notice in days" })).toHaveValue("6");
  await page.getByRole("button", { name: "Save" }).click();
  await saveAnyway(page);
  await expect(page.getByText("Saved as previewed")).toBeVisible();
  const saved = JSON.parse(macadam("items", "show", id ?? "", "--json")) as ListedItem;
  expect(saved.settings).toMatchObject({
    minimum_notice_days: 6,
    details_url: "https://example.com/mine",
  });
});

test("both changed the same, and one chooses", async ({ page, context }) => {
  const id = tahoe()?.id;
  const other = await context.newPage();
  await page.goto(`/library/${id}`);
  await other.goto(`/library/${id}`);
  await page.getByRole("textbox", { name: "Minimum notice in days" }).fill("3");
  await other.getByRole("textbox", { name: "Minimum notice in days" }).fill("8");
  await other.getByRole("button", { name: "Save" }).click();
  await saveAnyway(other);
  await expect(other.getByText("Saved as previewed")).toBeVisible();

  await expect(page.getByText("You both changed the same")).toBeVisible();
  await page.getByRole("alert").getByText("Mine", { exact: true }).last().click();
  await page.getByRole("button", { name: "Go on with both" }).click();
  await expect(page.getByRole("textbox", { name: "Minimum notice in days" })).toHaveValue("3");
  await page.getByRole("button", { name: "Discard" }).click();
});

/** Where devices would be due at once, the page asks. */
async function saveAnyway(page: import("@playwright/test").Page): Promise<void> {
  const asks = page.getByRole("dialog");
  const saved = page.getByText("Saved as previewed");
  await expect(asks.or(saved).first()).toBeVisible();
  if (await asks.isVisible()) {
    await asks.getByRole("button", { name: "Save" }).click();
  }
}

test("status lists the item's devices by how they stand", async ({ page }) => {
  await page.goto(`/library/${tahoe()?.id}?tab=status`);
  const table = page.getByRole("table", { name: "Status" });
  await expect(table.getByRole("row").nth(1)).toBeVisible();
  await page.getByRole("navigation", { name: "By status" }).getByRole("link").nth(1).click();
  await expect(page).toHaveURL(/status=/);
});

test("status is filtered by reason, kept in the address and exported", async ({ page }) => {
  const id = tahoe()?.id;
  await page.goto(`/library/${id}?tab=status`);
  const table = page.getByRole("table", { name: "Status" });
  await expect(table.getByRole("row").nth(1)).toBeVisible();
  const lines = await exportedLines(page);
  const filter = ["--platform", "macos", "--item", id ?? ""];
  const count = JSON.parse(macadam("devices", "count", ...filter, "--json")) as { total: number };
  expect(lines).toHaveLength(count.total + 1);
  await page.getByRole("combobox", { name: "Reason" }).click();
  await page.getByRole("option", { name: "Version withdrawn by Apple" }).click();
  await expect(page).toHaveURL(/reason=withdrawn/);
  await page.reload();
  await expect(page.getByRole("combobox", { name: "Reason" })).toHaveValue(
    "Version withdrawn by Apple",
  );
  const held = JSON.parse(
    macadam("devices", "count", ...filter, "--reason", "withdrawn", "--json"),
  ) as { total: number };
  const all = page.getByRole("navigation", { name: "By status" }).getByRole("link").first();
  await expect(all).toContainText(String(held.total));
});
