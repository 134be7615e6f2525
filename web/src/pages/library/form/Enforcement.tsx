// Which version devices must run, and by when.

import { Autocomplete, Group, Radio, Stack, TextInput } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { osName } from "../../../parts/osName";
import { day } from "../../../parts/time";
import { trial } from "../../backtest/search";
import { clock, type EnforcementDraft, type Mode } from "../draft";
import { versionsQuery } from "../queries";
import classes from "./Form.module.css";
import { Period } from "./Period";
import type { FormProps } from "./props";
import { Section } from "./Section";

const MODES: Mode[] = ["rolling", "minimum", "specific", "do_not_manage"];

export function Enforcement(props: FormProps) {
  const { t } = useTranslation("library");
  const { draft, change, problem } = props;
  const { enforcement } = draft;
  const set = (changes: Partial<EnforcementDraft>) =>
    change({ enforcement: { ...enforcement, ...changes } });
  return (
    <Section
      title={t("enforcement.title")}
      about={t("enforcement.about", { os: osName(draft.platform, draft.major) })}
    >
      <Radio.Group
        aria-label={t("enforcement.title")}
        value={enforcement.mode}
        onChange={(mode) => set({ mode: mode as Mode })}
        error={problem("enforcement")}
      >
        <Stack gap={2}>
          {MODES.map((mode) => (
            <div key={mode} className={classes.choice} data-chosen={mode === enforcement.mode}>
              <Radio
                value={mode}
                label={t(`enforcement.mode.${mode}`)}
                description={t(`enforcement.says.${mode}`)}
              />
              {mode === enforcement.mode && mode !== "do_not_manage" && (
                <div className={classes.inside}>
                  {mode === "rolling" ? (
                    <Rolling {...props} set={set} />
                  ) : (
                    <Dated {...props} set={set} />
                  )}
                </div>
              )}
            </div>
          ))}
        </Stack>
      </Radio.Group>
    </Section>
  );
}

type Set = { set: (changes: Partial<EnforcementDraft>) => void };

function Rolling({ draft, problem, set }: FormProps & Set) {
  const { t } = useTranslation("library");
  const { enforcement, platform, installation } = draft;
  const upgrades = platform !== "macos" || installation === "continuously_enforce";
  const search = trial({ platform, within: enforcement.within, upgrades });
  return (
    <Stack gap="sm">
      <Period
        label={t("enforcement.within")}
        value={enforcement.within}
        onChange={(within) => set({ within })}
        error={problem("enforcement.within")}
      />
      <At at={enforcement.at} set={set} error={problem("enforcement.at")} />
      {search && (
        // In a tab of its own: what is typed here is not saved yet.
        <Link to="/backtest" search={search} target="_blank" className={classes.trial}>
          <IconHistory size={15} aria-hidden="true" /> {t("enforcement.trial")}
        </Link>
      )}
    </Stack>
  );
}

function Dated({ draft, problem, set }: FormProps & Set) {
  const { t, i18n } = useTranslation("library");
  const { enforcement, platform, major } = draft;
  const { data: versions = [] } = useQuery(versionsQuery(platform, major));
  const released = new Map(versions.map((one) => [one.version, one]));
  return (
    <Group gap="sm" align="flex-start">
      <Autocomplete
        label={t(`enforcement.version.${enforcement.mode === "minimum" ? "minimum" : "specific"}`)}
        data={versions.map((one) => one.version)}
        renderOption={({ option }) => {
          const release = released.get(option.value);
          return (
            <span className={classes.version}>
              <b>{option.value}</b>
              {release && <span>{day(release.released_on, { language: i18n.language })}</span>}
            </span>
          );
        }}
        filter={({ options }) => options}
        value={enforcement.version}
        onChange={(version) => set({ version })}
        error={problem("enforcement.version")}
        size="sm"
        w={190}
      />
      <TextInput
        type="date"
        label={t("enforcement.on")}
        value={enforcement.on}
        onChange={(event) => set({ on: event.currentTarget.value })}
        error={problem("enforcement.on")}
        w={160}
      />
      <At at={enforcement.at} set={set} error={problem("enforcement.at")} />
    </Group>
  );
}

/** A time of day, which is always the device's. */
export function At({
  at,
  set,
  error,
}: {
  at: string;
  set: (changes: { at: string }) => void;
  error?: string | undefined;
}) {
  const { t } = useTranslation("library");
  return (
    <TextInput
      type="time"
      label={t("enforcement.at")}
      value={clock(at)}
      onChange={(event) => {
        const { value } = event.currentTarget;
        set({ at: value && `${value}:00` });
      }}
      error={error}
      w={190}
    />
  );
}
