// How the app is tried in a browser: `cargo xtask journeys` starts the server and this.

import { defineConfig } from "@playwright/test";

const executablePath = process.env.MACADAM_CHROMIUM ?? "/usr/bin/chromium";
const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "journeys",
  outputDir: "test-results",
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    baseURL: process.env.MACADAM_URL ?? "http://localhost:8080",
    launchOptions: {
      executablePath,
      // Without a graphics card, drawing as if there were one takes the time of two browsers; and
      // Chromium refuses to sandbox for root, as which continuous integration often runs.
      args: ["--disable-gpu", ...(isRoot ? ["--no-sandbox"] : [])],
    },
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    viewport: { width: 1360, height: 860 },
    trace: "retain-on-failure",
  },
  projects: [
    { name: "journeys", testMatch: "**/*.spec.ts" },
    { name: "screenshots", testMatch: "**/screenshots.ts", timeout: 900_000 },
    { name: "interaction", testMatch: "**/interaction.ts", timeout: 900_000 },
  ],
});
