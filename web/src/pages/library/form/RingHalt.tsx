// When trouble in one ring stops a release for the later ones.

import { Group, NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Form.module.css";
import type { FormProps } from "./props";

export function RingHalt({ draft: { ring_halt: halt }, change, problem }: FormProps) {
  const { t } = useTranslation("library");
  const set = (changes: Partial<typeof halt>) => change({ ring_halt: { ...halt, ...changes } });
  return (
    <div>
      <h3 className={classes.subtitle}>{t("halt.title")}</h3>
      <p className={classes.about}>{t("halt.about")}</p>
      <Group gap="sm">
        <NumberInput
          label={t("halt.percent")}
          suffix=" %"
          min={0}
          max={100}
          allowDecimal={false}
          value={halt.percent}
          onChange={(percent) => set({ percent: Number(percent) || 0 })}
          error={problem("ring_halt.percent")}
          w={190}
        />
        <NumberInput
          label={t("halt.devices")}
          min={1}
          max={10_000}
          allowDecimal={false}
          value={halt.devices}
          onChange={(devices) => set({ devices: Number(devices) || 1 })}
          error={problem("ring_halt.devices")}
          w={190}
        />
      </Group>
    </div>
  );
}
