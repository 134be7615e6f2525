// Which part of Settings is open, as it stands in the address.

export const parts = ["organization", "people", "tokens", "push", "appearance"] as const;
export type Part = (typeof parts)[number];

export function settingsSearch(raw: Record<string, unknown>): { part?: Part } {
  const part = parts.find((one) => one === raw.part);
  return part ? { part } : {};
}
