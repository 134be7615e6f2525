// What can be done with the chosen devices; there while some are chosen.

import { Button, Menu } from "@mantine/core";
import {
  IconArrowsMove,
  IconChevronDown,
  IconNote,
  IconRefresh,
  IconTag,
  IconTagOff,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { numberFormat } from "../../parts/number";
import { usePermission } from "../../parts/permission";
import { ActOnDevices } from "./ActOnDevices";
import type { ActionKind } from "./actions";
import classes from "./Devices.module.css";
import type { DeviceSearch } from "./search";
import type { Selection } from "./selection";

const icons = {
  assign_blueprint: IconArrowsMove,
  add_tags: IconTag,
  remove_tags: IconTagOff,
  sync: IconRefresh,
  add_note: IconNote,
} as const;

interface Props {
  selection: Selection;
  search: DeviceSearch;
  total: number;
}

export function SelectBar({ selection, search, total }: Props) {
  const { t, i18n } = useTranslation("actions");
  const [action, setAction] = useState<ActionKind>();
  const mayMove = usePermission("edit_blueprints");
  const number = numberFormat(i18n.language);
  const { count, isAll } = selection;
  const kinds = (Object.keys(icons) as ActionKind[]).filter(
    (kind) => kind !== "assign_blueprint" || mayMove,
  );
  if (count === 0) {
    return null;
  }
  return (
    <section className={classes.selected} aria-label={t("do")}>
      <strong>{t("selected", { count, number: number.format(count) })}</strong>
      {!isAll && total > count && (
        <Button size="compact-sm" variant="subtle" onClick={selection.selectAll}>
          {t("select_all", { number: number.format(total) })}
        </Button>
      )}
      <Button size="compact-sm" variant="subtle" onClick={selection.clear}>
        {t("select_none")}
      </Button>
      <Menu position="bottom-start" width={248}>
        <Menu.Target>
          <Button size="compact-md" rightSection={<IconChevronDown size={14} />}>
            {t("do")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map((kind) => {
            const Icon = icons[kind];
            return (
              <Menu.Item
                key={kind}
                leftSection={<Icon size={16} />}
                onClick={() => setAction(kind)}
              >
                {t(`menu.${kind}`)}
              </Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </Menu>
      {action && (
        <ActOnDevices
          kind={action}
          selection={selection}
          search={search}
          close={() => setAction(undefined)}
        />
      )}
    </section>
  );
}
