// A length of time after a release: one of the eight that everybody knows, or a number of days.

import { Chip, Group, Input, NumberInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { daysOf, presets } from "../draft";
import classes from "./Form.module.css";

interface Props {
  label: string;
  value: string;
  onChange: (period: string) => void;
  error?: string | undefined;
}

const isPreset = (period: string): boolean => (presets as readonly string[]).includes(period);

export function Period({ label, value, onChange, error }: Props) {
  const { t } = useTranslation("library");
  const [isFree, setFree] = useState(!isPreset(value));
  const choose = (choice: string) => {
    setFree(choice === "days");
    if (choice !== "days") {
      onChange(choice);
    }
  };
  return (
    <Input.Wrapper label={label} error={error} labelElement="div">
      <Chip.Group value={isFree ? "days" : value} onChange={choose}>
        <div role="radiogroup" aria-label={label} className={classes.chips}>
          {presets.map((preset) => (
            <Chip key={preset} value={preset} size="xs" radius="md">
              {t(`period.${preset}`)}
            </Chip>
          ))}
          <Chip value="days" size="xs" radius="md">
            {t("period.days")}
          </Chip>
        </div>
      </Chip.Group>
      {isFree && (
        <Group gap="xs" mt="xs">
          <NumberInput
            aria-label={t("period.number")}
            min={1}
            max={120}
            clampBehavior="none"
            allowDecimal={false}
            value={daysOf(value) ?? ""}
            onChange={(days) => onChange(`${days}d`)}
            w={92}
          />
          <span className={classes.unit}>{t("period.days_after")}</span>
        </Group>
      )}
    </Input.Wrapper>
  );
}
