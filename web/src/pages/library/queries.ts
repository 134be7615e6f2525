// What the library's pages ask the server.

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { everyPage, PAGE } from "../../api/pages";
import { LIVE } from "../../api/queries";
import type { PlatformName } from "../../parts/Platform";
import type { DeviceSearch } from "../devices/search";
import { listOf } from "../releases/queries";
import type { ItemSearch } from "./search";

export type LibraryItem = Schemas["LibraryItem"];

export const itemsQuery = queryOptions({
  queryKey: ["library-items", "list"],
  queryFn: ({ signal }) =>
    everyPage((cursor) => {
      const query = { limit: PAGE, ...cursor };
      return asked(api.GET("/api/v1/library-items", { params: { query }, signal }));
    }),
  refetchInterval: LIVE,
});

export function itemQuery(id: string) {
  return queryOptions({
    queryKey: ["library-items", id, "record"],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/library-items/{id}", { params: { path: { id } }, signal })),
    refetchInterval: LIVE,
  });
}

/** The devices an item is for: those it reaches, and of its platform if it has one. */
export function devicesOf({ id, settings }: LibraryItem) {
  return { item_id: id, ...(settings.type === "managed_os" && { platform: settings.platform }) };
}

/** Which devices an item's status tab counts, and which it lists. */
export function statusFilters(item: LibraryItem, { status, reason, blocker }: ItemSearch) {
  const counted = {
    ...devicesOf(item),
    ...(reason && { reason }),
    ...(blocker && { blocker }),
  } as DeviceSearch;
  return { counted, listed: { ...counted, ...(status && { status }) } };
}

/** How the devices stand that an item is for. */
export function itemCountsQuery(query: DeviceSearch) {
  return queryOptions({
    queryKey: ["devices", "counts", query],
    queryFn: ({ signal }) => asked(api.GET("/api/v1/device-counts", { params: { query }, signal })),
    refetchInterval: LIVE,
  });
}

export const blueprintsQuery = queryOptions({
  queryKey: ["blueprints", "list"],
  queryFn: ({ signal }) =>
    everyPage((cursor) => {
      const query = { limit: PAGE, ...cursor };
      return asked(api.GET("/api/v1/blueprints", { params: { query }, signal }));
    }),
  refetchInterval: LIVE,
});

/** The versions of one major, newest first. */
export function versionsQuery(platform: PlatformName, major: number) {
  const list = listOf[platform];
  return queryOptions({
    queryKey: ["releases", "versions", list, major],
    queryFn: async ({ signal }) => {
      const query = { list, major, limit: 200 };
      const page = await asked(api.GET("/api/v1/releases", { params: { query }, signal }));
      return page.items.filter((release) => release.kind !== "bsi");
    },
    staleTime: 60_000,
  });
}

/** The majors Apple published for a platform, newest first. */
export function majorsQuery(platform: PlatformName) {
  const list = listOf[platform];
  return queryOptions({
    queryKey: ["releases", "majors", list],
    queryFn: async ({ signal }) => {
      const query = { list, kind: "major" as const, limit: 200 };
      const page = await asked(api.GET("/api/v1/releases", { params: { query }, signal }));
      const majors = page.items.map((release) => Number.parseInt(release.version, 10));
      return [...new Set(majors)].sort((a, b) => b - a);
    },
    staleTime: 60_000,
  });
}

/** How each ring of an item does with each release. */
export function ringsQuery(id: string) {
  return queryOptions({
    queryKey: ["ring-halts", "progress", id],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/library-items/{id}/rings", { params: { path: { id } }, signal })),
    refetchInterval: LIVE,
  });
}

/** What was done to one thing, newest first. */
export function activityQuery(object: string) {
  return infiniteQueryOptions({
    queryKey: ["audit", object],
    queryFn: ({ pageParam, signal }) =>
      asked(
        api.GET("/api/v1/audit", {
          params: { query: { object, limit: 100, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: LIVE,
  });
}

/** How many devices are too old to be told by declarations. */
export function oldDevicesQuery(platform: PlatformName, below: string) {
  const query = { platform, os_version_below: below };
  return queryOptions({
    queryKey: ["devices", "counts", query],
    queryFn: ({ signal }) => asked(api.GET("/api/v1/device-counts", { params: { query }, signal })),
    select: (counts) => counts.total,
    staleTime: 60_000,
  });
}
