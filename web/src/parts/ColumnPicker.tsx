// Chooses the columns of a table.

import { Button, Checkbox, Popover } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ColumnChoice } from "./columns";
import type { Column } from "./DataTable";
import { useNarrow } from "./narrow";

interface Props<Row> {
  columns: Column<Row>[];
  choice: ColumnChoice<Row>;
}

export function ColumnPicker<Row>({ columns, choice }: Props<Row>) {
  const { t } = useTranslation();
  const isNarrow = useNarrow();
  // A card always has the usual ones.
  const offered = columns.slice(1).filter((column) => !isNarrow || column.isExtra);
  return (
    <Popover position="bottom-end" trapFocus shadow="md">
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} />}>
          {t("table.columns")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("table.choose_columns")}>
        {offered.map((column) => (
          <Checkbox
            key={column.id}
            size="sm"
            my={8}
            label={column.header}
            checked={choice.isShown(column.id)}
            onChange={() => choice.toggle(column.id)}
          />
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
