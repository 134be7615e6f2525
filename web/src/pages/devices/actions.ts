// One action on many devices: which they are, what it would do, and asking the server for it.

import { ApiError, api, asked, type Schemas } from "../../api/client";
import { askPreview } from "../../parts/preview/askPreview";
import { devicesPage } from "./queries";
import type { DeviceSearch } from "./search";

export type Action = Schemas["DeviceAction"];
export type ActionKind = Action["kind"];

/** The devices of a part, which the server does at once and previews at once. */
const AT_ONCE = 1000;
/** More pages than any fleet has. */
const MOST_PAGES = 2_000;
const TRIES = 2;

/** Every device that the filters let through now. */
export async function idsOf(
  search: DeviceSearch,
  found: (count: number) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read: Awaited<ReturnType<typeof devicesPage>> = await devicesPage(search, cursor, signal);
    ids.push(...read.items.map(({ id }) => id));
    found(ids.length);
    cursor = read.next_cursor ?? null;
    if (cursor === null) {
      break;
    }
  }
  return ids;
}

/** What a move would do, and the digest of each part of it. */
export interface MovePreview {
  changed: number;
  soon: number;
  digests: string[];
}

/** Previews a move, in the parts that it is done in. */
export async function previewMove(
  blueprint: string,
  ids: string[],
  seen: (count: number) => void,
  signal: AbortSignal,
): Promise<MovePreview> {
  const sum: MovePreview = { changed: 0, soon: 0, digests: [] };
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const device_ids = ids.slice(from, from + AT_ONCE);
    const body = { kind: "assign_devices" as const, blueprint_id: blueprint, device_ids };
    const preview = await askPreview(body, signal);
    const [problem] = preview.problems;
    if (problem) {
      throw new Error(problem.message);
    }
    sum.changed += preview.devices_changed;
    sum.soon += preview.due_within_24_hours;
    sum.digests.push(preview.digest);
    seen(from + device_ids.length);
  }
  return sum;
}

/** What is asked of the server, which does it whether or not anybody waits. */
export function bulkAction(ids: string[], action: Action, digests: string[]) {
  return { id: crypto.randomUUID(), device_ids: ids, action, preview_digests: digests };
}

/** Begins. Under the same id, nothing is begun twice. */
export function begin(body: ReturnType<typeof bulkAction>): Promise<Schemas["BulkAction"]> {
  return asked(api.POST("/api/v1/bulk-actions", { body }));
}

/** Whether asking again can help: nobody answered. */
export function isUnheard(failures: number, error: Error): boolean {
  return failures < TRIES && error instanceof ApiError && error.code === "unreachable";
}
