// A blueprint as somebody edits it, on top of the revision they began with.

import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked } from "../../api/client";
import { changed, type Fields, merge, typedOnto } from "../library/merge";
import { type Blueprint, blueprintQuery } from "./queries";

type Draft = Pick<Blueprint, "name" | "description" | "assignment">;

function draftOf({ name, description, assignment }: Blueprint): Draft {
  return { name, description, assignment };
}

export function useEdit(stored: Blueprint) {
  const [base, setBase] = useState(stored);
  const [draft, setDraft] = useState(() => draftOf(stored));
  const isDirty = changed(draftOf(base) as Fields, draft as Fields).length > 0;
  const isBehind = stored.revision !== base.revision;
  const rebase = (next: Blueprint, nextDraft: (draft: Draft) => Draft) => {
    setBase(next);
    setDraft(nextDraft);
  };
  // Somebody else saved, and nothing was changed here: what is stored now is shown.
  useEffect(() => {
    if (isBehind && !isDirty) {
      setBase(stored);
      setDraft(draftOf(stored));
    }
  }, [stored, isBehind, isDirty]);
  const both = merge(draftOf(base), draftOf(stored), draft);
  return {
    base,
    draft,
    isDirty,
    isBehind,
    hasConflict: both.conflicts.length > 0,
    rebase,
    change: (changes: Partial<Draft>) => setDraft({ ...draft, ...changes }),
    discard: () => rebase(stored, () => draftOf(stored)),
    /** Theirs where only they changed something, mine elsewhere. */
    keepMine: () => rebase(stored, () => typedOnto(draftOf(base), draftOf(stored), draft)),
  };
}

export function useSave(id: string, edit: ReturnType<typeof useEdit>, previewAgain: () => void) {
  const { t } = useTranslation("library");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ draft, digest }: { draft: Draft; digest: string }) =>
      asked(
        api.PUT("/api/v1/blueprints/{id}", {
          params: { path: { id }, header: { "If-Match": String(edit.base.revision) } },
          body: { ...draft, name: draft.name.trim(), preview_digest: digest },
        }),
      ),
    onSuccess: (saved, { draft: sent, digest }) => {
      client.setQueryData(blueprintQuery(id).queryKey, saved);
      edit.rebase(saved, (typed) => typedOnto(sent, draftOf(saved), typed));
      notifications.show({ message: t("saved", { digest: digest.slice(0, 8) }) });
      for (const noun of ["blueprints", "library-items", "devices"]) {
        void client.invalidateQueries({ queryKey: [noun] });
      }
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === "changed_meanwhile") {
        void client.invalidateQueries({ queryKey: blueprintQuery(id).queryKey });
      }
      previewAgain();
    },
  });
}
