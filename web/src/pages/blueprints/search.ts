// Which blueprints are listed, as it stands in the address.

export interface BlueprintsSearch {
  search?: string;
}

export function blueprintsSearch(raw: Record<string, unknown>): BlueprintsSearch {
  const { search } = raw;
  const text = typeof search === "string" || typeof search === "number" ? String(search) : "";
  return text.trim() ? { search: text.trim() } : {};
}
