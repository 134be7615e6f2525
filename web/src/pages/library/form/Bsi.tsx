// Background Security Improvements: small updates between releases.

import { Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { BsiDraft } from "../draft";
import { At } from "./Enforcement";
import { Period } from "./Period";
import type { FormProps } from "./props";
import { Section } from "./Section";

export function Bsi({ draft: { bsi }, change, problem }: FormProps) {
  const { t } = useTranslation("library");
  const set = (changes: Partial<BsiDraft>) => change({ bsi: { ...bsi, ...changes } });
  return (
    <Section title={t("bsi.title")} about={t("bsi.about")}>
      <Stack gap="sm">
        <Switch
          label={t("bsi.automatic")}
          checked={bsi.mode === "automatic"}
          onChange={(event) => set({ mode: event.currentTarget.checked ? "automatic" : "none" })}
        />
        {bsi.mode === "automatic" && (
          <>
            <Period
              label={t("enforcement.within")}
              value={bsi.within}
              onChange={(within) => set({ within })}
              error={problem("bsi.within")}
            />
            <At at={bsi.at} set={set} error={problem("bsi.at")} />
          </>
        )}
      </Stack>
    </Section>
  );
}
