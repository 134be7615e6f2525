// Edits a rule about devices: tests of which all, any or none must hold, in groups.

import { ActionIcon, Button, NumberInput, Group as Row, Select, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { platforms } from "../Platform";
import classes from "./Condition.module.css";
import {
  type Condition,
  conditionOf,
  type Field,
  fields,
  firstTest,
  type Group,
  groupOf,
  isGroup,
  type Kind,
  type Operator,
  operators,
  type Rule,
  type Test,
} from "./rules";

interface Props {
  label: string;
  value: Condition;
  onChange: (condition: Condition) => void;
}

/** As deep as groups are offered; the server allows a little more. */
const DEEP = 3;

export function ConditionEditor({ label, value, onChange }: Props) {
  return (
    <fieldset className={classes.editor}>
      <legend className={classes.legend}>{label}</legend>
      <GroupEditor
        group={groupOf(value)}
        onChange={(group) => onChange(conditionOf(group))}
        depth={0}
      />
    </fieldset>
  );
}

interface GroupProps {
  group: Group;
  onChange: (group: Group) => void;
  depth: number;
}

function GroupEditor({ group, onChange, depth }: GroupProps) {
  const { t } = useTranslation(["rules", "common"]);
  const set = (rules: Rule[]) => onChange({ ...group, rules });
  const put = (index: number, rule: Rule) =>
    set(group.rules.map((one, place) => (place === index ? rule : one)));
  const isOne = group.rules.length < 2 && group.kind !== "none";
  return (
    <div className={classes.group} data-nested={depth > 0 || undefined}>
      {!(isOne && depth === 0) && (
        <Select
          aria-label={t("how_many")}
          data={(["all", "any", "none"] as Kind[]).map((kind) => ({
            value: kind,
            label: t(`kind.${kind}`),
          }))}
          value={group.kind}
          onChange={(kind) => kind && onChange({ ...group, kind: kind as Kind })}
          size="xs"
          w={190}
          className={classes.kind}
        />
      )}
      {group.rules.map((rule, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule is known by its place
        <div key={index} className={classes.rule}>
          {isGroup(rule) ? (
            <GroupEditor group={rule} onChange={(next) => put(index, next)} depth={depth + 1} />
          ) : (
            <TestEditor test={rule} onChange={(next) => put(index, next)} />
          )}
          <ActionIcon
            size="sm"
            mt={4}
            disabled={depth === 0 && group.rules.length === 1}
            onClick={() => set(group.rules.filter((_, place) => place !== index))}
            aria-label={t("remove_rule")}
          >
            <IconTrash size={15} />
          </ActionIcon>
        </div>
      ))}
      <Row gap="xs">
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={13} />}
          onClick={() => set([...group.rules, firstTest("tag")])}
        >
          {t("add_rule")}
        </Button>
        {depth < DEEP && group.rules.length > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus size={13} />}
            onClick={() => set([...group.rules, { kind: "any", rules: [firstTest("tag")] }])}
          >
            {t("add_group")}
          </Button>
        )}
      </Row>
    </div>
  );
}

function TestEditor({ test, onChange }: { test: Test; onChange: (test: Test) => void }) {
  const { t } = useTranslation(["rules", "common"]);
  return (
    <div className={classes.test}>
      <Select
        aria-label={t("what")}
        data={fields.map((value) => ({ value, label: t(`field.${value}`) }))}
        value={test.field}
        onChange={(field) => field && onChange(firstTest(field as Field))}
        size="xs"
      />
      <Select
        aria-label={t("how")}
        data={operators[test.field].map((value) => ({ value, label: t(`operator.${value}`) }))}
        value={test.operator}
        onChange={(operator) => operator && onChange({ ...test, operator: operator as Operator })}
        size="xs"
      />
      <Value test={test} onChange={(value) => onChange({ ...test, value })} />
    </div>
  );
}

function Value({ test, onChange }: { test: Test; onChange: (value: string) => void }) {
  const { t } = useTranslation(["rules", "common"]);
  const { field, value } = test;
  if (field === "platform" || field === "supervised" || field === "apple_silicon") {
    const data =
      field === "platform"
        ? platforms.map((one) => ({ value: one as string, label: t(`common:platform.${one}`) }))
        : [
            { value: "true", label: t("yes") },
            { value: "false", label: t("no") },
          ];
    return (
      <Select
        aria-label={t("value")}
        data={data}
        value={value}
        onChange={(next) => next && onChange(next)}
        size="xs"
      />
    );
  }
  if (field === "percentile") {
    return (
      <NumberInput
        aria-label={t("value")}
        min={0}
        max={100}
        allowDecimal={false}
        suffix=" %"
        value={value}
        onChange={(next) => onChange(String(next))}
        size="xs"
      />
    );
  }
  return (
    <TextInput
      aria-label={t("value")}
      placeholder={field === "os_version" ? "26.3" : ""}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      size="xs"
    />
  );
}
