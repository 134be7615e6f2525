// The actions on many devices that somebody who is signed in should see: those that are being done,
// and what came of those that were begun or seen in this browser, until it was read.

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { api, asked, type Schemas } from "../api/client";
import { LIVE, sessionQuery } from "../api/queries";

export type BulkAction = Schemas["BulkAction"];

const FOLLOWED = "macadam.bulk-actions";
const MOST = 20;

export const bulkActionsQuery = queryOptions({
  queryKey: ["bulk-actions"],
  queryFn: ({ signal }) =>
    asked(api.GET("/api/v1/bulk-actions", { params: { query: { limit: MOST } }, signal })),
  refetchInterval: LIVE,
});

/** Remembers, also after the browser was closed, that somebody waits for its outcome. */
export function follow(id: string): void {
  const ids = followed();
  if (!ids.includes(id)) {
    keep([id, ...ids].slice(0, MOST));
  }
}

/** Its outcome was read. */
export function dismiss(id: string): void {
  keep(followed().filter((one) => one !== id));
}

export function useBulkActions() {
  const client = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const { data } = useQuery(bulkActionsQuery);
  const kept = useSyncExternalStore(watch, stored);
  const me = session?.name;
  const all = data?.items;
  useEffect(() => {
    for (const { id, state, created_by } of all ?? []) {
      if (state === "running" && created_by === me) {
        follow(id);
      }
    }
  }, [all, me]);
  const stop = useMutation({
    mutationFn: (id: string) =>
      asked(api.POST("/api/v1/bulk-actions/{id}/stop", { params: { path: { id } } })),
    // One that has ended meanwhile is shown as it is.
    onSettled: () => client.invalidateQueries({ queryKey: bulkActionsQuery.queryKey }),
  });
  const ids = idsIn(kept);
  const actions = (all ?? []).filter(({ id, state }) => state === "running" || ids.includes(id));
  return { actions, me, stop };
}

const watchers = new Set<() => void>();

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  window.addEventListener("storage", watcher);
  return () => {
    watchers.delete(watcher);
    window.removeEventListener("storage", watcher);
  };
}

function stored(): string {
  return localStorage.getItem(FOLLOWED) ?? "[]";
}

function followed(): string[] {
  return idsIn(stored());
}

function keep(ids: string[]): void {
  localStorage.setItem(FOLLOWED, JSON.stringify(ids));
  for (const watcher of watchers) {
    watcher();
  }
}

/** The ids in what was stored; none where that is nonsense. */
export function idsIn(text: string): string[] {
  try {
    const ids: unknown = JSON.parse(text);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}
