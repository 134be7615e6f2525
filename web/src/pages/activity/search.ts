// The audit log's filters, as they stand in the address.

const TEXTS = ["actor_name", "action", "object", "since", "until"] as const;

/** What the server reads as a moment, and refuses when it is none. */
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

export type AuditSearch = { [Key in (typeof TEXTS)[number]]?: string };

/** The moment at which a day of the reader begins. */
export function beginOf(day: string): string | null {
  return day ? momentOf(day, 0) : null;
}

/** A day counts whole: it ends when the reader's next one begins. */
export function endOf(day: string): string | null {
  return day ? momentOf(day, 1) : null;
}

function momentOf(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** The reader's day that begins at a moment, or ends right before it. */
export function dayOf(moment: string, bound: "since" | "until"): string {
  const at = new Date(new Date(moment).getTime() - (bound === "until" ? 1 : 0));
  const pad = (value: number) => String(value).padStart(2, "0");
  return Number.isNaN(at.getTime())
    ? ""
    : `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

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
