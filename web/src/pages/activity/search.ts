// The audit log's filters, as they stand in the address.

const TEXTS = ["actor_name", "action", "object", "since", "until"] as const;

/** What the server reads as a moment, and refuses when it is none. */
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

export type AuditSearch = { [Key in (typeof TEXTS)[number]]?: string };

export function auditSearch(raw: Record<string, unknown>): AuditSearch {
  const search: AuditSearch = {};
  for (const name of TEXTS) {
    const value = raw[name];
    const isMoment = name === "since" || name === "until";
    if (typeof value === "string" && value.trim() !== "" && (!isMoment || MOMENT.test(value))) {
      search[name] = value.trim();
    }
  }
  return search;
}
