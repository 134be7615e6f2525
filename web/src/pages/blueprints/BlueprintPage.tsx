// One blueprint: what it gives to which of its devices, and what a change would do.

import { Alert, Button, Group, Textarea, TextInput } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { BackLink } from "../../parts/BackLink";
import { inert } from "../../parts/inert";
import { useLeaving } from "../../parts/leaving";
import { FailedMessage } from "../../parts/Message";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { usePermission } from "../../parts/permission";
import { PreviewPanel } from "../../parts/preview/PreviewPanel";
import { usePreview } from "../../parts/preview/usePreview";
import { whyNot } from "../../parts/reasons";
import { sentence } from "../../parts/sentence";
import { Section } from "../library/form/Section";
import item from "../library/Item.module.css";
import { itemsQuery, type LibraryItem } from "../library/queries";
import { SaveBar } from "../library/SaveBar";
import classes from "./Blueprints.module.css";
import { Classic } from "./Classic";
import { DeleteBlueprint } from "./DeleteBlueprint";
import { MapEditor } from "./map/MapEditor";
import { type Blueprint, blueprintQuery } from "./queries";
import { useEdit, useSave } from "./useEdit";

export function BlueprintPage() {
  const { id } = useParams({ from: "/inside/blueprints/$id" });
  const blueprint = useQuery(blueprintQuery(id));
  // Without the library, every item that is given would look like one that was deleted.
  const library = useQuery(itemsQuery);
  for (const { data, error, refetch } of [blueprint, library]) {
    if (error && !data) {
      return <FailedMessage error={error} retry={() => void refetch()} />;
    }
  }
  return blueprint.data && library.data ? (
    <Editor key={id} blueprint={blueprint.data} items={library.data.items} />
  ) : (
    <PageLoading />
  );
}

interface EditorProps {
  blueprint: Blueprint;
  items: LibraryItem[];
}

function Editor({ blueprint, items }: EditorProps) {
  const { t } = useTranslation(["blueprints", "common", "preview"]);
  const mayEdit = usePermission("edit_blueprints");
  const edit = useEdit(blueprint);
  const { draft, change, isDirty, isBehind } = edit;
  const live = usePreview({ kind: "blueprint", id: blueprint.id, assignment: draft.assignment });
  const save = useSave(blueprint.id, edit, live.again);
  useLeaving(isDirty);
  const isMap = "map" in draft.assignment;
  const waitsFor = draft.name.trim() === "" ? t("missing_name") : null;
  const problems = live.preview?.problems.map(({ message }) => sentence(message)) ?? [];
  return (
    <div className={item.page}>
      <PageHeader
        title={inert(blueprint.name)}
        above={<BackLink to="/blueprints">{t("title")}</BackLink>}
        beside={mayEdit && <DeleteBlueprint blueprint={blueprint} />}
      >
        <p className={item.facts}>
          <span>{isMap ? t("kind.map") : t("kind.classic")}</span>
          <Link to="/devices" search={{ blueprint_id: blueprint.id }}>
            {t("common:devices", {
              count: blueprint.device_count,
              number: blueprint.device_count,
            })}
          </Link>
        </p>
      </PageHeader>
      {isBehind && isDirty && <Behind edit={edit} />}
      {save.error && !isBehind && <NotSaved error={save.error} />}
      <div className={isMap ? classes.mapPage : item.editor}>
        <div className={item.form}>
          {isMap && "map" in draft.assignment ? (
            <MapEditor
              blueprint={blueprint.id}
              map={draft.assignment.map}
              onChange={(map) => change({ assignment: { map } })}
              items={items}
              isReadOnly={!mayEdit}
            />
          ) : (
            "classic" in draft.assignment && (
              <Section
                title={t("items")}
                about={t("items_about")}
                beside={mayEdit && <ToMap edit={edit} />}
              >
                <Classic
                  chosen={draft.assignment.classic}
                  onChange={(classic) => change({ assignment: { classic } })}
                  items={items}
                  isReadOnly={!mayEdit}
                />
              </Section>
            )
          )}
          <Details edit={edit} isReadOnly={!mayEdit} />
        </div>
        <div className={isMap ? item.form : item.aside}>
          <PreviewPanel live={live} problems={problems} waitsFor={waitsFor} />
        </div>
      </div>
      {mayEdit && (
        <SaveBar
          live={live}
          label={t("common:save")}
          isReady={isDirty && !isBehind}
          isSaving={save.isPending}
          save={(digest) => save.mutate({ draft, digest })}
          {...(isDirty && { discard: edit.discard })}
          waitsFor={waitsFor ?? (isDirty ? null : t("preview:unchanged"))}
        />
      )}
    </div>
  );
}

type Edit = ReturnType<typeof useEdit>;

function Details({ edit: { draft, change }, isReadOnly }: { edit: Edit; isReadOnly: boolean }) {
  const { t } = useTranslation("blueprints");
  return (
    <Section title={t("details")}>
      <TextInput
        label={t("name")}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        disabled={isReadOnly}
        maw="26rem"
        mb="sm"
      />
      <Textarea
        label={t("description")}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
        disabled={isReadOnly}
        autosize
        minRows={2}
        maw="40rem"
      />
    </Section>
  );
}

/** A flat set becomes a map that gives the same. */
function ToMap({ edit: { draft, change } }: { edit: Edit }) {
  const { t } = useTranslation("blueprints");
  const { assignment } = draft;
  if (!("classic" in assignment)) {
    return null;
  }
  const map = assignment.classic.length > 0 ? [{ items: assignment.classic }] : [];
  return (
    <Button size="compact-sm" variant="default" onClick={() => change({ assignment: { map } })}>
      {t("to_map")}
    </Button>
  );
}

/** Somebody else saved it while it was edited here. */
function Behind({ edit }: { edit: Edit }) {
  const { t } = useTranslation("blueprints");
  return (
    <Alert
      color="yellow"
      role="alert"
      icon={<IconUsers size={18} />}
      title={t("behind.title")}
      className={item.notice}
    >
      <p>{edit.hasConflict ? t("behind.hard") : t("behind.easy")}</p>
      <Group gap="xs">
        <Button size="xs" onClick={edit.keepMine}>
          {edit.hasConflict ? t("behind.mine") : t("behind.both")}
        </Button>
        <Button size="xs" variant="default" onClick={edit.discard}>
          {t("behind.theirs")}
        </Button>
      </Group>
    </Alert>
  );
}

function NotSaved({ error }: { error: Error }) {
  const { t } = useTranslation("preview");
  const isOutdated = error instanceof ApiError && error.code === "preview_outdated";
  return (
    <Alert color={isOutdated ? "yellow" : "red"} role="alert" className={item.notice}>
      {isOutdated ? t("outdated") : whyNot(error)}
    </Alert>
  );
}
