// One action on many devices: which they are, what it would do, and doing it part by part.

import type { TFunction } from "i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { sentence } from "../../parts/sentence";
import { begin, type LeftOut, type Part } from "../../parts/work";
import { devicesPage } from "./queries";
import type { DeviceSearch } from "./search";

export type Action = Schemas["DeviceAction"];
export type ActionKind = Action["kind"];
type Move = Extract<Action, { kind: "assign_blueprint" }>;

/** What the server takes at once. */
const AT_ONCE = 1000;
/** Smaller parts show more often how far it is; a move is previewed part by part. */
const AT_ONCE_SHOWN = 250;
/** More pages than any fleet has. */
const MOST_PAGES = 2_000;
const TRIES = 3;

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
    const preview = await asked(api.POST("/api/v1/previews", { body, signal }));
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

/** Begins; it goes on while one is elsewhere in the app. */
export function start(
  t: TFunction<"actions">,
  title: string,
  { ids, action, digests }: { ids: string[]; action: Action; digests: string[] },
): void {
  void begin({
    title,
    rows: ids,
    atOnce: action.kind === "assign_blueprint" ? AT_ONCE : AT_ONCE_SHOWN,
    act: async (device_ids, index) => {
      const done = action.kind === "assign_blueprint" ? agreed(action, digests[index]) : action;
      return actOnPart(t, device_ids, done);
    },
    words: (error) => (error instanceof Error ? sentence(error.message) : String(error)),
  });
}

function agreed(action: Move, digest: string | undefined): Move {
  return { ...action, ...(digest && { preview_digest: digest }) };
}

/** Asks again where nobody answered: under the same id, nothing is done twice. */
async function actOnPart(
  t: TFunction<"actions">,
  device_ids: string[],
  action: Action,
): Promise<Part> {
  const body = { request_id: crypto.randomUUID(), device_ids, action };
  for (let tries = 1; ; tries += 1) {
    try {
      const { done, refused } = await asked(api.POST("/api/v1/device-actions", { body }));
      return { done, leftOut: byReason(t, refused) };
    } catch (error) {
      const code = error instanceof ApiError ? error.code : undefined;
      if (code === "preview_outdated") {
        const reason = t("reason.preview_outdated");
        return { done: 0, leftOut: [{ reason, count: device_ids.length }] };
      }
      if (code !== "unreachable" || tries === TRIES) {
        throw error;
      }
    }
  }
}

function byReason(t: TFunction<"actions">, refused: Schemas["RefusedDevice"][]): LeftOut[] {
  const reasons = [...new Set(refused.map(({ reason }) => reason))];
  return reasons.map((reason) => ({
    reason: t(`reason.${reason}`),
    count: refused.filter((one) => one.reason === reason).length,
  }));
}
