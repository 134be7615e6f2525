// What users are offered, told and allowed: the software update settings.

import { NumberInput, Select, SimpleGrid } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import type { UpdateSettings } from "../draft";
import type { FormProps } from "./props";
import { Name } from "./Scope";
import { Section } from "./Section";

type Props = FormProps<Required<UpdateSettings>>;

const DEFERRALS = ["major_days", "minor_days", "system_days", "combined_days"] as const;
const SWITCHES = [
  "notifications",
  "bsi_offered",
  "bsi_removable",
  "standard_users_may_update",
] as const;
const ACTIONS = [
  "download",
  "install_os_updates",
  "install_security_updates",
  "beta_enrollment",
] as const;
const CHOICES: Schemas["AutomaticAction"][] = ["allowed", "always_on", "always_off"];
const CADENCES: Schemas["Cadence"][] = ["all", "oldest", "newest"];

export function UpdateSettingsForm(props: Props) {
  const { t } = useTranslation("library");
  const { draft, change, problem } = props;
  return (
    <>
      <Name label={draft.label} onChange={(label) => change({ label })} error={problem("label")} />
      <Deferrals {...props} />
      <Section title={t("update.actions")} about={t("update.actions_about")}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {ACTIONS.map((name) => (
            <Choice
              key={name}
              label={t(`update.${name}`)}
              value={draft[name]}
              choices={CHOICES.map((value) => ({ value, label: t(`update.action.${value}`) }))}
              onChange={(value) => change({ [name]: value })}
              error={problem(name)}
            />
          ))}
        </SimpleGrid>
      </Section>
      <Section title={t("update.users")} about={t("update.users_about")}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {SWITCHES.map((name) => (
            <Choice
              key={name}
              label={t(`update.${name}`)}
              value={draft[name] == null ? null : String(draft[name])}
              choices={[
                { value: "true", label: t("update.yes") },
                { value: "false", label: t("update.no") },
              ]}
              onChange={(value) => change({ [name]: value === null ? null : value === "true" })}
              error={problem(name)}
            />
          ))}
          <Choice
            label={t("update.recommended_cadence")}
            value={draft.recommended_cadence}
            choices={CADENCES.map((value) => ({ value, label: t(`update.cadence.${value}`) }))}
            onChange={(value) =>
              change({ recommended_cadence: value as Schemas["Cadence"] | null })
            }
            error={problem("recommended_cadence")}
          />
        </SimpleGrid>
      </Section>
    </>
  );
}

function Deferrals({ draft: { deferrals }, change, problem }: Props) {
  const { t } = useTranslation("library");
  return (
    <Section title={t("update.deferrals")} about={t("update.deferrals_about")}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {DEFERRALS.map((name) => (
          <NumberInput
            key={name}
            label={t(`update.${name}`)}
            placeholder={t("update.left")}
            suffix={` ${t("update.days")}`}
            min={1}
            max={90}
            allowDecimal={false}
            value={deferrals[name] ?? ""}
            onChange={(days) =>
              change({ deferrals: { ...deferrals, [name]: days === "" ? null : Number(days) } })
            }
            error={problem(name) ?? problem(`deferrals.${name}`)}
          />
        ))}
      </SimpleGrid>
    </Section>
  );
}

interface ChoiceProps {
  label: string;
  value: string | null;
  choices: { value: string; label: string }[];
  onChange: (value: string | null) => void;
  error: string | undefined;
}

/** A choice that may be left to the device. */
function Choice({ label, value, choices, onChange, error }: ChoiceProps) {
  const { t } = useTranslation("library");
  return (
    <Select
      label={label}
      placeholder={t("update.left")}
      data={choices}
      value={value}
      onChange={onChange}
      error={error}
      clearable
    />
  );
}
