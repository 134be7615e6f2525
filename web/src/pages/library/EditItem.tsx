// The Settings tab of an item: its form, what saving would do, and two people who edit at once.

import { Alert } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { usePermission } from "../../parts/permission";
import { PreviewPanel } from "../../parts/preview/PreviewPanel";
import { usePreview } from "../../parts/preview/usePreview";
import { whyNot } from "../../parts/reasons";
import { sentence } from "../../parts/sentence";
import { Both } from "./Both";
import { type Draft, draftOf, missing, settingsOf } from "./draft";
import { problemsBy } from "./form/props";
import classes from "./Item.module.css";
import { ItemForm } from "./ItemForm";
import { ItemSide } from "./ItemSide";
import { merge, typedOnto } from "./merge";
import { itemQuery, type LibraryItem } from "./queries";
import { Reach } from "./Reach";
import { SaveBar } from "./SaveBar";
import type { ItemEdit } from "./useItemEdit";

interface Props {
  item: LibraryItem;
  edit: ItemEdit;
}

export function EditItem({ item, edit }: Props) {
  const { t } = useTranslation(["library", "common", "preview"]);
  const mayEdit = usePermission("edit_library");
  const mayAssign = usePermission("edit_blueprints");
  const { draft, setDraft, isDirty, base } = edit;
  const gaps = missing(draft);
  const waitsFor = gaps[0] ? t(`missing.${gaps[0]}`) : null;
  const settings = settingsOf(draft);
  const reach = edit.reach && { blueprint_ids: edit.reach };
  const live = usePreview(
    waitsFor ? null : { kind: "library_item", id: item.id, settings, ...reach },
  );
  const save = useSave(item.id, edit, live.again);
  const problem = problemsBy(live.preview?.problems ?? []);
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
          take={(next) => edit.rebase(item, () => next)}
        />
      )}
      {save.error && !isChangedMeanwhile(save.error) && (
        <Alert color={isOutdated ? "yellow" : "red"} role="alert" className={classes.notice}>
          {isOutdated ? t("preview:outdated") : whyNot(save.error)}
        </Alert>
      )}
      <div className={classes.editor}>
        <div className={classes.form}>
          <Reach
            chosen={edit.blueprints}
            choose={edit.choose}
            about={t("assignment.change_about")}
            isReadOnly={!(mayEdit && mayAssign)}
          />
          <ItemForm
            draft={draft}
            onChange={setDraft}
            problem={problem}
            blueprints={edit.blueprints}
            warnings={live.preview?.warnings ?? []}
            isReadOnly={!mayEdit}
          />
        </div>
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
          save={(digest) => save.mutate({ draft, reach: edit.reach, digest })}
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

interface Wish {
  draft: Draft;
  reach: string[] | null;
  /** Of the preview that was on screen. */
  digest: string;
}

function useSave(id: string, edit: ItemEdit, previewAgain: () => void) {
  const { t } = useTranslation("library");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ draft, reach, digest }: Wish) =>
      asked(
        api.PUT("/api/v1/library-items/{id}", {
          params: { path: { id }, header: { "If-Match": String(edit.base.revision) } },
          body: { settings: settingsOf(draft), blueprint_ids: reach, preview_digest: digest },
        }),
      ),
    onSuccess: (saved, { draft: sent, reach, digest }) => {
      if (reach === edit.reach) {
        edit.choose(null);
      }
      client.setQueryData(itemQuery(id).queryKey, saved);
      edit.rebase(saved, (typed) => typedOnto(sent, draftOf(saved.settings), typed));
      notifications.show({ message: t("saved", { digest: digest.slice(0, 8) }) });
      void client.invalidateQueries({ queryKey: ["library-items"] });
      void client.invalidateQueries({ queryKey: ["blueprints"] });
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
