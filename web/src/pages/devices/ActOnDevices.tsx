// Asks what exactly is done to the chosen devices, shows what it would change, and begins it.

import { Alert, Button, Group, Modal, Select, TagsInput, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { bulkActionsQuery, follow } from "../../parts/bulkActions";
import { inert } from "../../parts/inert";
import { useFailure } from "../../parts/Message";
import { numberFormat } from "../../parts/number";
import { sentence } from "../../parts/sentence";
import { type Action, type ActionKind, begin, bulkAction, isUnheard } from "./actions";
import { blueprintNamesQuery } from "./queries";
import type { DeviceSearch } from "./search";
import type { Selection } from "./selection";
import { useChosen, useMovePreview } from "./useMovePreview";

interface Props {
  kind: ActionKind;
  selection: Pick<Selection, "count" | "isAll" | "ids" | "clear">;
  search: DeviceSearch;
  close: () => void;
}

export function ActOnDevices({ kind, selection, search, close }: Props) {
  const { t, i18n } = useTranslation(["actions", "common"]);
  const number = numberFormat(i18n.language);
  const [blueprint, setBlueprint] = useState<string | null>(null);
  const [tags, setTags] = useState<string[]>([]);
  const [text, setText] = useState("");
  const chosen = useChosen(selection, search);
  const preview = useMovePreview(kind === "assign_blueprint" ? blueprint : null, chosen.data);
  const action = actionOf(kind, { blueprint, tags, text });
  const isReady = action && chosen.data && (kind !== "assign_blueprint" || preview.data);
  const count = chosen.data?.length ?? selection.count;
  const word = t(`go.${kind}`, { count, number: number.format(count) });
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: begin,
    retry: isUnheard,
    onSuccess: async ({ id }) => {
      follow(id);
      await client.invalidateQueries({ queryKey: bulkActionsQuery.queryKey });
      selection.clear();
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (action && chosen.data) {
      act.mutate(bulkAction(chosen.data, action, preview.data?.digests ?? []));
    }
  };
  const failure = act.error ?? chosen.error ?? preview.error;
  return (
    <Modal opened onClose={close} title={t(`menu.${kind}`)}>
      <form onSubmit={submit}>
        {kind === "assign_blueprint" && <ToBlueprint value={blueprint} change={setBlueprint} />}
        {(kind === "add_tags" || kind === "remove_tags") && (
          <TagsInput
            label={t("tags")}
            description={t("tags_help")}
            value={tags}
            onChange={setTags}
            acceptValueOnBlur
            maxTags={32}
            data-autofocus
          />
        )}
        {kind === "add_note" && (
          <Textarea
            label={t("note")}
            description={t("note_help")}
            autosize
            minRows={3}
            maxRows={10}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            data-autofocus
          />
        )}
        {kind === "sync" && <p>{t("sync_text")}</p>}
        {chosen.isFetching && <p>{t("finding", { number: number.format(chosen.found) })}</p>}
        {preview.isFetching && (
          <p>
            {t("previewing", {
              number: number.format(preview.seen),
              total: number.format(count),
            })}
          </p>
        )}
        {preview.data && (
          <Effect changed={preview.data.changed} soon={preview.data.soon} of={count} />
        )}
        {failure && <Failed error={failure} />}
        <Group justify="flex-end" gap="xs" mt="lg">
          <Button variant="default" onClick={close}>
            {t("common:cancel")}
          </Button>
          <Button type="submit" disabled={!isReady} loading={act.isPending}>
            {word}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

function ToBlueprint({
  value,
  change,
}: {
  value: string | null;
  change: (id: string | null) => void;
}) {
  const { t } = useTranslation("actions");
  const { data = [] } = useQuery(blueprintNamesQuery);
  return (
    <Select
      label={t("blueprint")}
      data={data.map(({ id, name }) => ({ value: id, label: inert(name) }))}
      value={value}
      onChange={change}
      searchable
      data-autofocus
    />
  );
}

/** What a move would change, those due at once told apart. */
function Effect({ changed, soon, of }: { changed: number; soon: number; of: number }) {
  const { t, i18n } = useTranslation("actions");
  const number = numberFormat(i18n.language);
  const counts = { changed: number.format(changed), total: number.format(of) };
  return (
    <Alert color={soon > 0 ? "yellow" : "gray"} mt="md" role="status">
      {changed === 0 ? t("preview_none") : t("preview_changed", counts)}{" "}
      {soon > 0 && t("preview_soon", { count: soon, number: number.format(soon) })}
    </Alert>
  );
}

function Failed({ error }: { error: Error }) {
  return (
    <Alert color="red" mt="md" role="alert">
      {sentence(useFailure(error))}
    </Alert>
  );
}

interface Fields {
  blueprint: string | null;
  tags: string[];
  text: string;
}

/** The action, or nothing as long as something is missing. */
function actionOf(kind: ActionKind, { blueprint, tags, text }: Fields): Action | undefined {
  switch (kind) {
    case "assign_blueprint":
      return blueprint === null ? undefined : { kind, blueprint_id: blueprint };
    case "add_tags":
    case "remove_tags":
      return tags.length === 0 ? undefined : { kind, tags };
    case "sync":
      return { kind };
    case "add_note":
      return text.trim() === "" ? undefined : { kind, text };
  }
}
