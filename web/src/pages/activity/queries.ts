// What the activity page asks the server.

import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import type { AuditSearch } from "./search";

export type Entry = Schemas["AuditEntry"];

const PAGE = 200;

export function auditPage(search: AuditSearch, cursor: string | null, signal?: AbortSignal) {
  const query = { ...search, limit: PAGE, ...(cursor && { cursor }) };
  return asked(api.GET("/api/v1/audit", { params: { query }, ...(signal && { signal }) }));
}

export function auditQuery(search: AuditSearch) {
  return infiniteQueryOptions({
    queryKey: ["audit", search],
    queryFn: ({ pageParam, signal }) => auditPage(search, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}
