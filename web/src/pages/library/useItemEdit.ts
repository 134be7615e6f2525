// An item as somebody edits it, whichever of its tabs is open.

import { useEffect, useState } from "react";
import { useLeaving } from "../../parts/leaving";
import { type Draft, draftOf } from "./draft";
import { changed, type Fields, isSame } from "./merge";
import type { LibraryItem } from "./queries";

export type ItemEdit = ReturnType<typeof useItemEdit>;

interface Base {
  revision: number;
  settings: LibraryItem["settings"];
}

/** A draft on top of the revision it began with; leaving the page asks first. */
export function useItemEdit(item: LibraryItem) {
  const [base, setBase] = useState<Base>(item);
  const [draft, setDraft] = useState<Draft>(() => draftOf(item.settings));
  // As long as nobody chose any here, those that assign it, whoever changes that.
  const [chosen, choose] = useState<string[] | null>(null);
  const stored = item.blueprints.map(({ id }) => id);
  const reach = chosen && !isSame([...chosen].sort(), [...stored].sort()) ? chosen : null;
  const isDirty =
    reach !== null ||
    changed(draftOf(base.settings) as unknown as Fields, draft as unknown as Fields).length > 0;
  const rebase = (next: Base, nextDraft: (draft: Draft) => Draft) => {
    setBase(next);
    setDraft(nextDraft);
  };
  useLeaving(isDirty);
  // Somebody else saved, and nothing was typed here: what is stored now is shown.
  useEffect(() => {
    if (!isDirty && item.revision !== base.revision) {
      setBase(item);
      setDraft(draftOf(item.settings));
    }
  }, [item, base.revision, isDirty]);
  return {
    base,
    draft,
    setDraft,
    /** The blueprints that are to assign it, if that is to change. */
    reach,
    blueprints: reach ?? stored,
    choose,
    isDirty,
    rebase,
    discard: () => {
      choose(null);
      rebase(item, () => draftOf(item.settings));
    },
  };
}
