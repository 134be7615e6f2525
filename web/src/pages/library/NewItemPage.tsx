// A new item: what it is for, whom it reaches, and what that would do.

import { Alert, Select, SimpleGrid } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { BackLink } from "../../parts/BackLink";
import { useLeaving } from "../../parts/leaving";
import { osName } from "../../parts/osName";
import { PageHeader } from "../../parts/PageHeader";
import { type PlatformName, platforms } from "../../parts/Platform";
import { PreviewPanel } from "../../parts/preview/PreviewPanel";
import { usePreview } from "../../parts/preview/usePreview";
import { whyNot } from "../../parts/reasons";
import { sentence } from "../../parts/sentence";
import {
  type Draft,
  draftOf,
  type ManagedOsDraft,
  missing,
  newManagedOs,
  newUpdateSettings,
  settingsOf,
} from "./draft";
import { problemsBy } from "./form/props";
import { Section } from "./form/Section";
import classes from "./Item.module.css";
import { ItemForm } from "./ItemForm";
import { isSame } from "./merge";
import { majorsQuery } from "./queries";
import { Reach } from "./Reach";
import { SaveBar } from "./SaveBar";
import { useCreate } from "./useCreate";

export function NewItemPage() {
  const { t } = useTranslation(["library", "common", "preview"]);
  const {
    type = "managed_os",
    platform = "macos",
    major,
  } = useSearch({
    from: "/inside/library/new",
  });
  const navigate = useNavigate();
  const [first] = useState<Draft>(() => firstDraft(type, platform, major ?? 0));
  const [draft, setDraft] = useState(first);
  const [blueprints, setBlueprints] = useState<string[]>([]);
  const known = draft.type === "managed_os" && draft.major === 0;
  const gap = missing(draft)[0];
  const waitsFor = known ? t("missing.major") : gap ? t(`missing.${gap}`) : null;
  const settings = settingsOf(draft);
  const live = usePreview(
    waitsFor ? null : { kind: "new_library_item", settings, blueprint_ids: blueprints },
  );
  const create = useCreate((item) => {
    notifications.show({ message: t("created") });
    void navigate({ to: "/library/$id", params: { id: item.id }, ignoreBlocker: true });
  });
  useLeaving(blueprints.length > 0 || !isSame(first, draft));
  const takeSuggestion = (enforcement: Schemas["VersionEnforcement"]) => {
    if (draft.type === "managed_os") {
      setDraft({ ...draft, enforcement: { ...draft.enforcement, ...enforcement } });
    }
  };
  return (
    <div className={classes.page}>
      <PageHeader
        title={t(`new.${type}`)}
        above={<BackLink to="/library">{t("title")}</BackLink>}
      />
      {create.error && (
        <Alert color="red" role="alert" className={classes.notice}>
          {whyNot(create.error)}
        </Alert>
      )}
      <div className={classes.editor}>
        <div className={classes.form}>
          {draft.type === "managed_os" && <Track draft={draft} onChange={setDraft} />}
          <Reach chosen={blueprints} choose={setBlueprints} about={t("assignment.about")} />
          <ItemForm
            draft={draft}
            onChange={setDraft}
            problem={problemsBy(live.preview?.problems ?? [])}
            blueprints={blueprints}
            warnings={live.preview?.warnings ?? []}
            isReadOnly={create.isPending}
          />
        </div>
        <div className={classes.aside}>
          <PreviewPanel
            hasWarnings={false}
            live={live}
            waitsFor={waitsFor}
            problems={live.preview?.problems.map(({ message }) => sentence(message)) ?? []}
            takeSuggestion={takeSuggestion}
          />
        </div>
      </div>
      <SaveBar
        live={live}
        label={t("create")}
        isReady
        isSaving={create.isPending}
        save={(digest) => create.mutate({ settings, blueprints, digest })}
        takeSuggestion={takeSuggestion}
        waitsFor={waitsFor}
      />
    </div>
  );
}

function firstDraft(type: Draft["type"], platform: PlatformName, major: number): Draft {
  return draftOf(type === "managed_os" ? newManagedOs(platform, major, "") : newUpdateSettings(""));
}

interface TrackProps {
  draft: ManagedOsDraft;
  onChange: (draft: ManagedOsDraft) => void;
}

/** Which platform and major the item keeps devices on. */
function Track({ draft, onChange }: TrackProps) {
  const { t } = useTranslation(["library", "common"]);
  const { data: majors = [] } = useQuery(majorsQuery(draft.platform));
  const choose = (platform: PlatformName, major: number) =>
    onChange({
      ...draft,
      platform,
      major,
      installation: "continuously_enforce",
      // A label that nobody typed follows the choice.
      label: isOurs(draft) && major > 0 ? osName(platform, major) : draft.label,
    });
  return (
    <Section title={t("track.title")} about={t("track.about")}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} maw="26rem">
        <Select
          label={t("filter.platform")}
          data={platforms.map((value) => ({ value, label: t(`common:platform.${value}`) }))}
          value={draft.platform}
          onChange={(value) => value && choose(value as PlatformName, 0)}
        />
        <Select
          label={t("track.major")}
          placeholder={t("track.choose")}
          data={majors.map((major) => ({
            value: String(major),
            label: osName(draft.platform, major),
          }))}
          value={draft.major === 0 ? null : String(draft.major)}
          onChange={(value) => value && choose(draft.platform, Number(value))}
        />
      </SimpleGrid>
    </Section>
  );
}

function isOurs({ label, platform, major }: ManagedOsDraft): boolean {
  return label === "" || label === osName(platform, major);
}
