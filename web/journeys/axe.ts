// Whether a page can be used by everybody, as far as a program can tell.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Serious and critical violations, each with the elements it is about. */
export async function violations(page: Page): Promise<string[]> {
  // Given to the browser's debugger, which the content security policy does not bind.
  await page.evaluate(source);
  const results = await page.evaluate<AxeResults>("axe.run(document)");
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" | ")}`);
}
