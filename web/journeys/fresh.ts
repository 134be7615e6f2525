// A server of a journey's own: new, with nothing in it, and ended when the journey is.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { test as base, expect } from "./rig";

/** How long it may take to come up, and to end by itself. */
const COMING_UP = 60_000;
const GOODBYE = 10_000;

export interface Fresh {
  url: string;
  /** The file with the one-time code that the server writes for whoever sets it up. */
  codeFile: string;
}

export const firstOwner = {
  name: "Ada",
  email: "ada@example.com",
  password: "correct horse battery staple",
};

/** Journeys on a fresh server, by somebody who is not signed in. */
export const test = base.extend<{ fresh: Fresh }>({
  storageState: { cookies: [], origins: [] },
  fresh: async ({ page }, use) => {
    const directory = mkdtempSync(join(tmpdir(), "macadam-fresh-"));
    const data = join(directory, "data");
    const [port, webPort] = [await freePort(), await freePort()];
    const settings = join(directory, "macadam.toml");
    writeFileSync(
      settings,
      `public_url = "https://localhost:${port}"
listen = ["127.0.0.1:${port}"]
listen_http = ["127.0.0.1:${webPort}"]
data_dir = ${JSON.stringify(data)}

[feed]
is_enabled = false
community_url = ""
`,
    );
    const log = join(directory, "log");
    const output = openSync(log, "a");
    const program = process.env.MACADAM_PROGRAM ?? "macadam";
    const server = spawn(program, ["serve", "--config", settings], {
      stdio: ["ignore", output, output],
    });
    try {
      const url = `http://localhost:${webPort}`;
      await comesUp(server, url, log);
      await use({ url, codeFile: join(data, "setup-code") });
      // An open page would ask a server that is gone, and fail its journey.
      await page.goto("about:blank");
    } finally {
      await end(server);
      rmSync(directory, { recursive: true, force: true });
    }
  },
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  return typeof address === "object" && address ? address.port : 0;
}

async function comesUp(server: ChildProcess, url: string, log: string): Promise<void> {
  const isReady = async () => {
    if (hasEnded(server)) {
      throw new Error(`the server ended: ${readFileSync(log, "utf8")}`);
    }
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    return answer?.ok ?? false;
  };
  await expect.poll(isReady, { timeout: COMING_UP }).toBe(true);
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}

async function end(server: ChildProcess): Promise<void> {
  if (hasEnded(server)) {
    return;
  }
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  const impatience = setTimeout(() => server.kill("SIGKILL"), GOODBYE);
  await ended;
  clearTimeout(impatience);
}

export function codeOf(fresh: Fresh): string {
  return readFileSync(fresh.codeFile, "utf8").trim();
}

/** Makes the first owner, who is signed in on the page from now on. */
export async function setUp(page: Page, fresh: Fresh): Promise<void> {
  const data = { ...firstOwner, code: codeOf(fresh) };
  const answer = await page.request.post(`${fresh.url}/api/v1/setup`, { data });
  expect(answer.status()).toBe(200);
}
