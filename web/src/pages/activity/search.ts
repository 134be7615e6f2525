// The audit log's filters, as they stand in the address.

const TEXTS = ["actor_name", "action", "object", "since", "until"] as const;

export type AuditSearch = { [Key in (typeof TEXTS)[number]]?: string };

export function auditSearch(raw: Record<string, unknown>): AuditSearch {
  const search: AuditSearch = {};
  for (const name of TEXTS) {
    const value = raw[name];
    if (typeof value === "string" && value.trim() !== "") {
      search[name] = value.trim();
    }
  }
  return search;
}
