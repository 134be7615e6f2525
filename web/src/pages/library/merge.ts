// Two people changed the same item: what each changed, and both together.

export type Fields = Record<string, unknown>;

/** The names of the fields that differ. */
export function changed(before: Fields, after: Fields): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isSame(before[name], after[name])).sort();
}

export interface Merged<T> {
  /** Theirs, with every change of mine that does not touch one of theirs. */
  merged: T;
  /** Fields that both changed, differently. */
  conflicts: string[];
  theirs: string[];
  mine: string[];
}

export function merge<T extends object>(base: T, theirs: T, mine: T): Merged<T> {
  const changedByThem = changed(base as Fields, theirs as Fields);
  const changedByMe = changed(base as Fields, mine as Fields);
  const merged = { ...theirs } as Fields;
  const conflicts: string[] = [];
  for (const name of changedByMe) {
    const mineValue = (mine as Fields)[name];
    if (!changedByThem.includes(name)) {
      merged[name] = mineValue;
    } else if (!isSame((theirs as Fields)[name], mineValue)) {
      conflicts.push(name);
    }
  }
  return { merged: merged as T, conflicts, theirs: changedByThem, mine: changedByMe };
}

/** What was typed while a save was under way, on top of what was saved: mine wherever I typed. */
export function typedOnto<T extends object>(sent: T, saved: T, mine: T): T {
  const { merged, conflicts } = merge(sent, saved, mine);
  const kept = conflicts.map((name) => [name, (mine as Fields)[name]]);
  return { ...merged, ...Object.fromEntries(kept) };
}

/** Whether two values say the same; nothing and not there are the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner)
            .filter(([, one]) => one != null)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : inner,
  );
}
