// How soon a page answers a person at a large fleet: `cargo xtask figures browser`.
//
// Two times are taken of each act, both from the moment of the key or the click: until the browser
// has painted its next frame, as the Event Timing API says (in steps of 8 ms), which is what makes
// a page feel stuck; and until what was asked for is on the screen, the server's answer included.

import type { Page } from "@playwright/test";
import { test } from "./rig";

const ROUNDS = 8;
/** The Event Timing API tells of no event that was painted sooner. */
const SOONEST = 16;

interface Act {
  name: string;
  /** Brings the page where the act begins. */
  begin: (page: Page, round: number) => Promise<void>;
  act: (page: Page, round: number) => Promise<void>;
  /** What the page shows of the answer: it is there once this is another text. */
  shows: string;
}

declare global {
  interface Window {
    painted: number[];
    shown: Promise<number> | undefined;
  }
}

/** Notes, in the page, when the next act begins and when its answer is there. */
async function arm(page: Page, shows: string): Promise<void> {
  await page.evaluate((selector) => {
    const look = () => {
      const busy = document.querySelector('[data-loading], [data-behind], [aria-busy="true"]');
      const found = [...document.querySelectorAll(selector)];
      return busy || found.length === 0
        ? null
        : found
            .map((one) => `${one.getAttribute("aria-rowcount") ?? ""} ${one.textContent}`)
            .join();
    };
    const before = look();
    window.painted = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        window.painted.push(entry.duration);
      }
    }).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
    window.shown = new Promise((resolve) => {
      let began = 0;
      const begin = (event: Event) => {
        began ||= event.timeStamp;
      };
      for (const kind of ["pointerdown", "keydown"]) {
        window.addEventListener(kind, begin, { capture: true });
      }
      const wait = () => {
        const now = look();
        if (began > 0 && now !== null && now !== before) {
          // The frame with the answer is painted when the next one is asked for.
          requestAnimationFrame(() => resolve(performance.now() - began));
        } else {
          requestAnimationFrame(wait);
        }
      };
      requestAnimationFrame(wait);
    });
  }, shows);
}

async function measure(page: Page, { name, begin, act, shows }: Act): Promise<void> {
  const painted: number[] = [];
  const shown: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await begin(page, round);
    await page.waitForLoadState("networkidle");
    await arm(page, shows);
    await act(page, round);
    shown.push((await page.evaluate(() => window.shown)) ?? Number.NaN);
    // What was painted is told a little later.
    await page.waitForTimeout(100);
    painted.push(Math.max(SOONEST, ...(await page.evaluate(() => window.painted))));
  }
  const row = [painted, shown].flatMap((times) => {
    const sorted = [...times].sort((one, other) => one - other);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]?.toFixed(0) ?? "";
    return [at(0.5), at(0.95), at(1)];
  });
  process.stdout.write(`| ${process.env.MACADAM_FLEET} | ${name} | ${row.join(" | ")} |\n`);
}

const table = '[role="table"]';
const list =
  (search = "") =>
  async (page: Page) => {
    await page.goto(`/devices${search}`);
    await page.locator("[data-index] a").first().waitFor();
  };

const acts: Act[] = [
  {
    name: "Devices: a letter of a search",
    begin: list(),
    act: (page, round) => page.getByRole("searchbox").press("abcdefghij"[round % 10] ?? "a"),
    shows: table,
  },
  {
    name: "Devices: a status",
    begin: list(),
    act: (page, round) =>
      page
        .getByRole("link", { name: round % 2 === 0 ? /^Pass/ : /^Pending/ })
        .first()
        .click(),
    shows: table,
  },
  {
    name: "Devices: another order",
    begin: list(),
    act: (page, round) =>
      page.getByRole("button", { name: round % 2 === 0 ? "Last seen" : "Deadline" }).click(),
    shows: table,
  },
  {
    name: "Devices: a page further down",
    begin: async (page) => {
      await list()(page);
      await page.locator("[data-index] a").first().focus();
    },
    act: (page) => page.keyboard.press("PageDown"),
    shows: "[data-index] a",
  },
  {
    name: "Devices: one is chosen",
    begin: list(),
    act: (page, round) => page.locator("[data-index] input").nth(round).check(),
    shows: "main",
  },
  {
    name: "Devices: one is opened",
    begin: list(),
    act: (page, round) =>
      page
        .locator("[data-index] a")
        .nth(round % 10)
        .click(),
    shows: "h1",
  },
  {
    name: "Home",
    begin: list(),
    act: (page) => page.getByRole("link", { name: "Home" }).click(),
    shows: "h1",
  },
  {
    name: "Item: its status",
    begin: item,
    act: (page) => page.getByRole("tab", { name: "Status" }).click(),
    shows: table,
  },
  {
    name: "Item: a preset, until the preview",
    begin: item,
    act: (page, round) =>
      page
        .getByText(round % 2 === 0 ? "3 weeks" : "1 week", { exact: true })
        .first()
        .click(),
    shows: "main",
  },
];

async function item(page: Page): Promise<void> {
  await page.goto("/library");
  await page.getByRole("article").filter({ hasText: "macOS Tahoe" }).getByRole("link").click();
  await page.getByRole("button", { name: "Save" }).waitFor();
}

test("how soon pages answer", async ({ page }) => {
  for (const act of acts) {
    await measure(page, act);
  }
});
