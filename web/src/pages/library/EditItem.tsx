// The Settings tab of an item: its form, what saving would do, and two people who edit at once.

import { Alert } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { usePermission } from "../../parts/permission";
import { PreviewPanel } from "../../parts/preview/PreviewPanel";
import { usePreview } from "../../parts/preview/usePreview";
import { sentence } from "../../parts/sentence";
import { Both } from "./Both";
import { type Draft, draftOf, missing, settingsOf } from "./draft";
import { problemsBy } from "./form/props";
import classes from "./Item.module.css";
import { ItemForm } from "./ItemForm";
import { ItemSide } from "./ItemSide";
import { changed, type Fields, merge } from "./merge";
import { itemQuery, type LibraryItem } from "./queries";
import { SaveBar } from "./SaveBar";

export function EditItem({ item }: { item: LibraryItem }) {
  const { t } = useTranslation(["library", "common", "preview"]);
  const mayEdit = usePermission("edit_library");
  const edit = useEdit(item);
  const { draft, setDraft, isDirty, base } = edit;
  const gaps = missing(draft);
  const waitsFor = gaps[0] ? t(`missing.${gaps[0]}`) : null;
  const settings = settingsOf(draft);
  const live = usePreview(waitsFor ? null : { kind: "library_item", id: item.id, settings });
  const save = useSave(item.id, edit, live.again);
  const problem = problemsBy(live.preview?.problems ?? []);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isDirty && current.pathname !== next.pathname && !window.confirm(t("preview:leave")),
    enableBeforeUnload: isDirty,
  });
  const takeSuggestion = (enforcement: Schemas["VersionEnforcement"]) => {
    if (draft.type === "managed_os") {
      setDraft({ ...draft, enforcement: { ...draft.enforcement, ...enforcement } });
    }
  };
  const isOutdated = save.error instanceof ApiError && save.error.code === "preview_outdated";
  return (
    <div className={classes.page}>
      {item.revision !== base.revision && isDirty && (
        <Both
          {...merge(draftOf(base.settings), draftOf(item.settings), draft)}
          mine={draft}
          theirs={draftOf(item.settings)}
          take={(next) => edit.rebase(item, next)}
        />
      )}
      {save.error && !isChangedMeanwhile(save.error) && (
        <Alert color={isOutdated ? "yellow" : "red"} role="alert" className={classes.notice}>
          {isOutdated ? t("preview:outdated") : sentence(save.error.message)}
        </Alert>
      )}
      <div className={classes.editor}>
        <ItemForm
          draft={draft}
          onChange={setDraft}
          problem={problem}
          blueprints={item.blueprints.map(({ id }) => id)}
          warnings={live.preview?.warnings ?? []}
          isReadOnly={!mayEdit}
        />
        <div className={classes.aside}>
          <PreviewPanel
            hasWarnings={false}
            live={live}
            waitsFor={waitsFor}
            problems={live.preview?.problems.map(({ message }) => sentence(message)) ?? []}
            {...(mayEdit && { takeSuggestion })}
          />
          <ItemSide item={item} />
        </div>
      </div>
      {mayEdit && (
        <SaveBar
          live={live}
          label={t("common:save")}
          isReady={isDirty && item.revision === base.revision}
          isSaving={save.isPending}
          save={(digest) => save.mutate({ settings, digest })}
          {...(isDirty && { discard: edit.discard })}
          takeSuggestion={takeSuggestion}
          waitsFor={waitsFor ?? (isDirty ? null : t("preview:unchanged"))}
        />
      )}
    </div>
  );
}

function isChangedMeanwhile(error: Error): boolean {
  return error instanceof ApiError && error.code === "changed_meanwhile";
}

interface Base {
  revision: number;
  settings: LibraryItem["settings"];
}

/** A draft on top of the revision it began with. */
function useEdit(item: LibraryItem) {
  const [base, setBase] = useState<Base>(item);
  const [draft, setDraft] = useState<Draft>(() => draftOf(item.settings));
  const isDirty =
    changed(draftOf(base.settings) as unknown as Fields, draft as unknown as Fields).length > 0;
  const rebase = (next: Base, nextDraft: Draft) => {
    setBase(next);
    setDraft(nextDraft);
  };
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
    isDirty,
    rebase,
    discard: () => rebase(item, draftOf(item.settings)),
  };
}

function useSave(id: string, edit: ReturnType<typeof useEdit>, previewAgain: () => void) {
  const { t } = useTranslation("library");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ settings, digest }: { settings: LibraryItem["settings"]; digest: string }) =>
      asked(
        api.PUT("/api/v1/library-items/{id}", {
          params: { path: { id }, header: { "If-Match": String(edit.base.revision) } },
          body: { settings, preview_digest: digest },
        }),
      ),
    onSuccess: (saved, { digest }) => {
      client.setQueryData(itemQuery(id).queryKey, saved);
      edit.rebase(saved, draftOf(saved.settings));
      notifications.show({ message: t("saved", { digest: digest.slice(0, 8) }) });
      void client.invalidateQueries({ queryKey: ["library-items"] });
      void client.invalidateQueries({ queryKey: ["devices"] });
    },
    onError: (error) => {
      if (isChangedMeanwhile(error)) {
        void client.invalidateQueries({ queryKey: itemQuery(id).queryKey });
      }
      previewAgain();
    },
  });
}
