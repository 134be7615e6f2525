// Every page there is, for the checks that each must pass and the pictures of each.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, listedBlueprints, listedDevices, listedItems, macadam } from "./rig";

export interface PageToSee {
  name: string;
  path: string;
  /** What is opened on it, by marks that are the same in every language. */
  open?: (page: Page) => Promise<void>;
  /** Seen by who is not signed in; whoever visits it is not any more. */
  isOutside?: boolean;
}

const FOUR = "1w_2w_1m_macos.3m.stay";
const SAMPLE = "macos.J274AP.200_ipados.iPad11,6.60";

/** A new page is a line here. */
export function pagesToSee(): PageToSee[] {
  const devices = listedDevices();
  const open = devices.find((device) => device.decision.target_version) ?? devices[0];
  const device = `/devices/${open?.id}`;
  const item = `/library/${listedItems().find((one) => one.settings.type === "managed_os")?.id}`;
  const classic = listedBlueprints().find((one) => "classic" in one.assignment);
  return [
    { name: "home", path: "/" },
    { name: "library", path: "/library" },
    { name: "library-none", path: "/library?search=nothing-has-this-name" },
    { name: "item", path: item },
    { name: "item-status", path: `${item}?tab=status` },
    { name: "item-activity", path: `${item}?tab=activity` },
    { name: "item-new", path: "/library/new?platform=macos&major=26" },
    { name: "update-settings-new", path: "/library/new?type=software_update_settings" },
    { name: "blueprints", path: "/blueprints" },
    { name: "blueprint", path: `/blueprints/${classic?.id}` },
    { name: "blueprint-map", path: `/blueprints/${drawnMap()}` },
    { name: "devices", path: "/devices" },
    { name: "devices-filter", path: "/devices", open: (page) => press(page, "filter") },
    { name: "devices-views", path: "/devices", open: (page) => press(page, "bookmark") },
    { name: "devices-chosen", path: "/devices", open: chooseSome },
    { name: "devices-tag", path: "/devices", open: chooseToTag },
    { name: "devices-none", path: "/devices?search=nothing-has-this-name" },
    { name: "device", path: device },
    { name: "device-details", path: `${device}?tab=details` },
    { name: "device-commands", path: `${device}?tab=commands` },
    { name: "device-activity", path: `${device}?tab=activity` },
    { name: "device-notes", path: `${device}?tab=notes` },
    { name: "backtest", path: "/backtest" },
    { name: "backtest-sample", path: `/backtest?policies=${FOUR}&fleet=${SAMPLE}&from=2021` },
    { name: "backtest-none", path: "/backtest?policies=1w&fleet=macos.J9999AP.5" },
    { name: "releases", path: "/releases" },
    { name: "releases-ios", path: "/releases?list=ios" },
    { name: "release", path: "/releases/macos-26.3" },
    { name: "enrollment", path: "/enrollment" },
    { name: "activity", path: "/activity" },
    { name: "account", path: "/account" },
    { name: "settings", path: "/settings" },
    { name: "settings-people", path: "/settings?part=people" },
    { name: "settings-import", path: "/settings", open: (page) => press(page, "upload") },
    { name: "settings-person", path: "/settings?part=people", open: (page) => press(page, "plus") },
    { name: "settings-tokens", path: "/settings?part=tokens" },
    { name: "settings-token", path: "/settings?part=tokens", open: (page) => press(page, "plus") },
    { name: "settings-push", path: "/settings?part=push" },
    { name: "settings-appearance", path: "/settings?part=appearance" },
    { name: "unknown", path: "/no-such-page" },
    { name: "sign-in", path: "/sign-in", isOutside: true },
  ];
}

const MAP = "Every kind of card";

/** A blueprint whose map has every kind of card, made where there is none. */
function drawnMap(): string | undefined {
  const found = () => listedBlueprints().find(({ name }) => name === MAP)?.id;
  if (!found()) {
    const file = join(mkdtempSync(join(tmpdir(), "macadam-map-")), "blueprint.yaml");
    const test = (field: string, operator: string, value: string) => ({
      test: { field, operator, value },
    });
    const mac = [test("platform", "is", "macos"), test("supervised", "is", "true")];
    const long = { all: [...mac, test("tag", "is", "lab"), test("os_version", "below", "27")] };
    const old = test("os_version", "below", "26");
    const blueprint = {
      name: MAP,
      description: "By platform, and by version",
      assignment: {
        map: [
          { items: ["Deferrals"] },
          {
            block: [
              {
                if: long,
                // biome-ignore lint/suspicious/noThenProperty: what the API calls it
                then: [
                  { items: ["macOS Tahoe"] },
                  // biome-ignore lint/suspicious/noThenProperty: what the API calls it
                  { block: [{ if: old, then: [{ items: ["iOS 26"] }] }] },
                ],
              },
              // biome-ignore lint/suspicious/noThenProperty: what the API calls it
              { if: test("platform", "is", "ipados"), then: [{ items: ["iPadOS 26"] }] },
              // biome-ignore lint/suspicious/noThenProperty: what the API calls it
              { then: [] },
            ],
          },
        ],
      },
    };
    // What is JSON is YAML.
    writeFileSync(file, JSON.stringify(blueprint));
    macadam("blueprints", "create", "--file", file);
  }
  return found();
}

/** Opens a page and waits until it shows what it has. */
export async function visit(
  page: Page,
  { path, open, isOutside }: Omit<PageToSee, "name">,
): Promise<void> {
  if (isOutside) {
    await page.context().clearCookies();
  }
  await page.goto(path);
  await page
    .getByRole("heading", { level: 1 })
    .or(page.getByRole("heading", { level: 2 }))
    .first()
    .waitFor();
  await expect(page.locator("[data-loading], [aria-busy=true]")).toHaveCount(0);
  // What the page's data asks for in turn, such as names of filters.
  await page.waitForLoadState("networkidle");
  await open?.(page);
}

/** Presses the button with this sign. */
async function press(page: Page, icon: string): Promise<void> {
  await page.locator("button", { has: page.locator(`.tabler-icon-${icon}`) }).click();
  await page.getByRole("dialog").waitFor();
}

async function chooseSome(page: Page): Promise<void> {
  const boxes = page.locator("[data-index] input[type=checkbox]");
  await boxes.nth(1).check();
  await boxes.nth(2).check();
}

async function chooseToTag(page: Page): Promise<void> {
  await chooseSome(page);
  await page.locator("section button", { has: page.locator(".tabler-icon-chevron-down") }).click();
  await page.getByRole("menuitem").nth(1).click();
  await page.getByRole("dialog").waitFor();
}
