// Asks for the condition of a branch.

import { Button, Group, Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConditionEditor } from "../../../parts/condition/ConditionEditor";
import { firstTest } from "../../../parts/condition/rules";
import type { Condition } from "./tree";

interface Props {
  title: string;
  condition?: Condition;
  save: (condition: Condition) => void;
  close: () => void;
}

export function BranchModal({ title, condition, save, close }: Props) {
  const { t } = useTranslation(["blueprints", "common"]);
  const [value, setValue] = useState<Condition>(condition ?? { test: firstTest("platform") });
  return (
    <Modal opened onClose={close} title={title} size="lg">
      <ConditionEditor label={t("map.which")} value={value} onChange={setValue} />
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={close}>
          {t("common:cancel")}
        </Button>
        <Button
          onClick={() => {
            save(value);
            close();
          }}
        >
          {t("map.use")}
        </Button>
      </Group>
    </Modal>
  );
}
