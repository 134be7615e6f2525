// When deadlines may not fall, and when only: freeze and maintenance windows, and minimum notice.

import { ActionIcon, Button, Chip, Group, NumberInput, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import classes from "./Form.module.css";
import type { FormProps } from "./props";
import { Section } from "./Section";

const DAYS: Schemas["Weekday"][] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

export function Windows(props: FormProps) {
  const { t } = useTranslation("library");
  const { draft, change, problem } = props;
  return (
    <Section title={t("windows.title")} about={t("windows.about")}>
      <Stack gap="lg">
        <Group gap="xs" align="flex-end">
          <NumberInput
            label={t("windows.notice")}
            description={t("windows.notice_help")}
            min={0}
            max={90}
            allowDecimal={false}
            value={draft.minimum_notice_days}
            onChange={(days) => change({ minimum_notice_days: Number(days) || 0 })}
            error={problem("minimum_notice_days")}
          />
        </Group>
        <Freezes {...props} />
        <Maintenance {...props} />
      </Stack>
    </Section>
  );
}

function Freezes({ draft: { freeze_windows: all }, change, problem }: FormProps) {
  const { t } = useTranslation("library");
  const set = (next: Schemas["FreezeWindow"][]) => change({ freeze_windows: next });
  const put = (index: number, changes: Partial<Schemas["FreezeWindow"]>) =>
    set(all.map((one, place) => (place === index ? { ...one, ...changes } : one)));
  const add = () =>
    set([...all, { name: t("windows.new_freeze"), from_local: "", until_local: "" }]);
  return (
    <List
      title={t("windows.freeze")}
      about={t("windows.freeze_about")}
      add={add}
      addLabel={t("windows.add_freeze")}
      error={problem("freeze_windows")}
    >
      {all.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a window is known by its place
        <Group key={index} gap="xs" align="flex-end" className={classes.row}>
          <TextInput
            label={t("windows.name")}
            value={one.name}
            onChange={(event) => put(index, { name: event.currentTarget.value })}
            flex="1 1 9rem"
          />
          <TextInput
            type="datetime-local"
            label={t("windows.from_device")}
            value={one.from_local.slice(0, 16)}
            onChange={(event) => put(index, { from_local: minute(event.currentTarget.value) })}
          />
          <TextInput
            type="datetime-local"
            label={t("windows.until_device")}
            value={one.until_local.slice(0, 16)}
            onChange={(event) => put(index, { until_local: minute(event.currentTarget.value) })}
          />
          <Remove name={one.name} onClick={() => set(all.filter((_, place) => place !== index))} />
        </Group>
      ))}
    </List>
  );
}

function Maintenance({ draft: { maintenance_windows: all }, change, problem }: FormProps) {
  const { t } = useTranslation("library");
  const set = (next: Schemas["MaintenanceWindow"][]) => change({ maintenance_windows: next });
  const put = (index: number, changes: Partial<Schemas["MaintenanceWindow"]>) =>
    set(all.map((one, place) => (place === index ? { ...one, ...changes } : one)));
  const add = () => set([...all, { days: ["sunday"], from: "20:00:00", until: "06:00:00" }]);
  return (
    <List
      title={t("windows.maintenance")}
      about={t("windows.maintenance_about")}
      add={add}
      addLabel={t("windows.add_maintenance")}
      error={problem("maintenance_windows")}
    >
      {all.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a window is known by its place
        <Group key={index} gap="xs" align="flex-end" className={classes.row}>
          <Chip.Group
            multiple
            value={one.days}
            onChange={(days) => put(index, { days: days as Schemas["Weekday"][] })}
          >
            <fieldset aria-label={t("windows.days")} className={classes.days}>
              {DAYS.map((name) => (
                <Chip key={name} value={name} size="xs" radius="md">
                  {t(`weekday.${name}`)}
                </Chip>
              ))}
            </fieldset>
          </Chip.Group>
          <TextInput
            type="time"
            label={t("windows.from")}
            value={one.from.slice(0, 5)}
            onChange={(event) => put(index, { from: minute(event.currentTarget.value) })}
          />
          <TextInput
            type="time"
            label={t("windows.until")}
            value={one.until.slice(0, 5)}
            onChange={(event) => put(index, { until: minute(event.currentTarget.value) })}
          />
          <Remove
            name={t("windows.maintenance_one")}
            onClick={() => set(all.filter((_, place) => place !== index))}
          />
        </Group>
      ))}
    </List>
  );
}

function minute(text: string): string {
  return text && `${text}:00`;
}

interface ListProps {
  title: string;
  about: string;
  add: () => void;
  addLabel: string;
  error?: string | undefined;
  children: ReactNode;
}

function List({ title, about, add, addLabel, error, children }: ListProps) {
  return (
    <div>
      <div className={classes.sectionHead}>
        <h3 className={classes.subtitle}>{title}</h3>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={add}
        >
          {addLabel}
        </Button>
      </div>
      <p className={classes.about}>{about}</p>
      {error && (
        <p role="alert" className={classes.error}>
          {error}
        </p>
      )}
      {children}
    </div>
  );
}

function Remove({ name, onClick }: { name: string; onClick: () => void }) {
  const { t } = useTranslation("library");
  return (
    <ActionIcon mb={4} onClick={onClick} aria-label={t("remove_named", { name })}>
      <IconTrash size={16} />
    </ActionIcon>
  );
}
