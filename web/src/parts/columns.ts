// Which columns of a table its reader chose; remembered in the browser.

import { useLocalStorage } from "@mantine/hooks";
import { useMemo } from "react";
import type { Column } from "./DataTable";

export interface ColumnChoice<Row> {
  shown: Column<Row>[];
  isShown: (id: string) => boolean;
  toggle: (id: string) => void;
  /** Chooses all at once; names that this table does not know do nothing. */
  set: (ids: string[]) => void;
}

/** The columns to show; the first always is. */
export function useColumns<Row>(table: string, columns: Column<Row>[]): ColumnChoice<Row> {
  const usual = columns.filter((column) => !column.isExtra).map((column) => column.id);
  const [chosen, choose] = useLocalStorage<string[]>({
    key: `macadam.columns.${table}`,
    defaultValue: usual,
    getInitialValueInEffect: false,
  });
  const isShown = (id: string) => id === columns[0]?.id || chosen.includes(id);
  const shown = useMemo(
    () => columns.filter(({ id }, index) => index === 0 || chosen.includes(id)),
    [columns, chosen],
  );
  return {
    shown,
    isShown,
    set: choose,
    toggle: (id) =>
      choose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]),
  };
}
