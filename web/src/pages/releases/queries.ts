// What the release pages ask the server.

import { queryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { LIVE } from "../../api/queries";
import { askPreview } from "../../parts/preview/askPreview";

export type Release = Schemas["Release"];
export type ReleaseRecord = Schemas["ReleaseRecord"];
export type ListName = Schemas["FeedList"];
export type Action = Schemas["ReviewAction"];

/** The list of Apple's feed that a platform's releases are in. */
export const listOf: Record<Schemas["Os"], ListName> = {
  macos: "macos",
  ios: "ios",
  ipados: "ios",
  tvos: "ios",
  visionos: "visionos",
};

const PAGE = 1000;
/** Apple published some hundred releases a year of its lists; this is a limit, not an expectation. */
const PAGES = 10;

/** Every release of one list, newest first. */
export function releasesQuery(list: ListName) {
  return queryOptions({
    queryKey: ["releases", "list", list],
    queryFn: async ({ signal }) => {
      const all: Release[] = [];
      let cursor: string | null | undefined;
      for (let page = 0; page < PAGES; page += 1) {
        const query = { list, limit: PAGE, ...(cursor && { cursor }) };
        const answer = await asked(api.GET("/api/v1/releases", { params: { query }, signal }));
        all.push(...answer.items);
        cursor = answer.next_cursor;
        if (!cursor) {
          break;
        }
      }
      return all;
    },
    refetchInterval: LIVE,
  });
}

export function releaseQuery(id: string) {
  return queryOptions({
    queryKey: ["releases", id, "record"],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/releases/{id}", { params: { path: { id } }, signal })),
    refetchInterval: LIVE,
  });
}

/** What a review would do to the fleet, before it is done. */
export function reviewPreviewQuery(id: string, action: Action, item: string | null) {
  return queryOptions({
    queryKey: ["devices", "preview", "review", id, action, item],
    queryFn: ({ signal }) =>
      askPreview({ kind: "review", release_id: id, action, item_id: item }, signal),
  });
}
