// Rings: groups of devices that come later than the first.

import { ActionIcon, Button, Group, NumberInput, Stack, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { ConditionEditor } from "../../../parts/condition/ConditionEditor";
import classes from "./Form.module.css";
import type { FormProps } from "./props";
import { RingHalt } from "./RingHalt";
import { Section } from "./Section";

type Ring = Schemas["Ring"];

export function Rings(props: FormProps) {
  const {
    draft: { rings },
    change,
    problem,
  } = props;
  const { t } = useTranslation(["library", "common"]);
  const set = (next: Ring[]) => change({ rings: next });
  const put = (index: number, changes: Partial<Ring>) =>
    set(rings.map((ring, place) => (place === index ? { ...ring, ...changes } : ring)));
  const swap = (index: number, other: number) => {
    const next = [...rings];
    const [one, two] = [next[index], next[other]];
    if (one && two) {
      [next[index], next[other]] = [two, one];
      set(next);
    }
  };
  const add = () =>
    set([
      ...rings,
      {
        name: t("rings.new_name", { number: rings.length + 1 }),
        offset_days: rings.length === 0 ? 0 : 3,
        condition: { test: { field: "percentile", operator: "below", value: "20" } },
      },
    ]);
  return (
    <Section
      title={t("rings.title")}
      about={t("rings.about")}
      beside={
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={add}
        >
          {t("rings.add")}
        </Button>
      }
    >
      {problem("rings") && (
        <p role="alert" className={classes.error}>
          {problem("rings")}
        </p>
      )}
      <Stack gap="sm">
        {rings.map((ring, index) => (
          <fieldset
            // biome-ignore lint/suspicious/noArrayIndexKey: a ring is known by its place
            key={index}
            className={classes.part}
          >
            <legend className="only-read-aloud">{ring.name}</legend>
            <Group gap="sm" align="flex-end" wrap="nowrap">
              <TextInput
                label={t("rings.name")}
                value={ring.name}
                onChange={(event) => put(index, { name: event.currentTarget.value })}
                flex={1}
                miw={0}
              />
              <NumberInput
                label={t("rings.offset")}
                min={0}
                max={120}
                allowDecimal={false}
                value={ring.offset_days}
                onChange={(days) => put(index, { offset_days: Number(days) || 0 })}
                w={110}
              />
              <div className={classes.partTools}>
                <ActionIcon
                  mb={4}
                  disabled={index === 0}
                  onClick={() => swap(index, index - 1)}
                  aria-label={t("rings.earlier", { name: ring.name })}
                >
                  <IconArrowUp size={15} />
                </ActionIcon>
                <ActionIcon
                  mb={4}
                  disabled={index === rings.length - 1}
                  onClick={() => swap(index, index + 1)}
                  aria-label={t("rings.later", { name: ring.name })}
                >
                  <IconArrowDown size={15} />
                </ActionIcon>
                <ActionIcon
                  mb={4}
                  onClick={() => set(rings.filter((_, place) => place !== index))}
                  aria-label={t("remove_named", { name: ring.name })}
                >
                  <IconTrash size={15} />
                </ActionIcon>
              </div>
            </Group>
            <ConditionEditor
              label={t("rings.who")}
              value={ring.condition}
              onChange={(condition) => put(index, { condition })}
            />
          </fieldset>
        ))}
        {rings.length > 0 && <RingHalt {...props} />}
      </Stack>
    </Section>
  );
}
