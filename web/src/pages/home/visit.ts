// When its reader was here last, by the fleet's clock: what came out since is news.

const LAST = "macadam.home.seen";
const SINCE = "macadam.home.since";

/** The moment this visit looks back to; one visit lasts as long as the tab. */
export function lookBack(): string | null {
  const since = sessionStorage.getItem(SINCE) ?? localStorage.getItem(LAST);
  if (since === null || Number.isNaN(Date.parse(since))) {
    return null;
  }
  sessionStorage.setItem(SINCE, since);
  return since;
}

/** Remembers that everything until this moment was seen. */
export function seen(at: string): void {
  if (sessionStorage.getItem(SINCE) === null) {
    sessionStorage.setItem(SINCE, localStorage.getItem(LAST) ?? "never");
  }
  localStorage.setItem(LAST, at);
}
