// How Macs on an older major reach this one.

import { Radio, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { osName } from "../../../parts/osName";
import classes from "./Form.module.css";
import type { FormProps } from "./props";
import { Section } from "./Section";

const CHOICES: Schemas["Installation"][] = ["continuously_enforce", "self_service"];

export function Installation({ draft, change, problem }: FormProps) {
  const { t } = useTranslation("library");
  const os = osName(draft.platform, draft.major);
  if (draft.platform !== "macos") {
    return null;
  }
  return (
    <Section title={t("installation.title")} about={t("installation.about", { os })}>
      <Radio.Group
        aria-label={t("installation.title")}
        value={draft.installation}
        onChange={(value) => change({ installation: value as Schemas["Installation"] })}
        error={problem("installation")}
      >
        <Stack gap={2}>
          {CHOICES.map((choice) => (
            <div key={choice} className={classes.choice}>
              <Radio
                value={choice}
                label={t(`installation.${choice}`)}
                description={t(`installation.says.${choice}`, { os })}
              />
            </div>
          ))}
        </Stack>
      </Radio.Group>
    </Section>
  );
}
