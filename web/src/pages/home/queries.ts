// What Home asks the server.

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { LIVE } from "../../api/queries";
import type { PlatformName } from "../../parts/Platform";

export type Summary = Schemas["Summary"];
export type Standing = Schemas["Standing"];

export function summaryQuery(since: string | null) {
  return queryOptions({
    queryKey: ["summary", since],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/summary", { params: { query: since ? { since } : {} }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: LIVE,
  });
}

export function versionSharesQuery(platform: PlatformName) {
  return queryOptions({
    queryKey: ["version-shares", platform],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/version-shares", { params: { query: { platform } }, signal })),
    refetchInterval: LIVE,
  });
}
