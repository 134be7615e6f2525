// What the activity page asks the server.

import { api, asked, type Schemas } from "../../api/client";
import type { LongList } from "../../api/longList";
import type { AuditSearch } from "./search";

export type Entry = Schemas["AuditEntry"];

const PAGE = 200;

export function auditPage(search: AuditSearch, cursor: string | null, signal?: AbortSignal) {
  const query = { ...search, limit: PAGE, ...(cursor && { cursor }) };
  return asked(api.GET("/api/v1/audit", { params: { query }, ...(signal && { signal }) }));
}

const numberOf = (entry: Entry) => String(entry.number);

export function auditList(search: AuditSearch): LongList<Entry> {
  return {
    queryKey: ["audit", search],
    keyOf: numberOf,
    page: (cursor, signal) => auditPage(search, cursor, signal),
  };
}
