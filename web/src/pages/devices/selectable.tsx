// Checkboxes for the list's rows, for those who may act on devices.

import { Checkbox } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Column } from "../../parts/DataTable";
import { inert } from "../../parts/inert";
import { usePermission } from "../../parts/permission";
import { DeviceCard } from "./columns";
import classes from "./Devices.module.css";
import type { Device } from "./queries";
import type { Selection } from "./selection";

/** The list's columns and cards, with a checkbox first. */
export function useSelectable(columns: Column<Device>[], selection: Selection, rows: Device[]) {
  const { t } = useTranslation("actions");
  const mayAct = usePermission("edit_devices");
  return useMemo(() => {
    if (!mayAct) {
      return { shown: columns, card: (device: Device) => <DeviceCard device={device} /> };
    }
    const box = (device: Device) => (
      <Checkbox
        size="xs"
        checked={selection.has(device.id)}
        onChange={() => selection.toggle(device.id)}
        aria-label={t("select_row", { name: inert(device.name || device.serial_number) })}
      />
    );
    const isEvery = rows.length > 0 && rows.every(({ id }) => selection.has(id));
    const first: Column<Device> = {
      id: "chosen",
      header: t("select_shown"),
      width: "1rem",
      head: (
        <Checkbox
          size="xs"
          checked={isEvery}
          indeterminate={!isEvery && selection.count > 0}
          onChange={selection.toggleShown}
          aria-label={t("select_shown")}
        />
      ),
      cell: box,
    };
    const card = (device: Device) => (
      <div className={classes.selectable}>
        {box(device)}
        <div>
          <DeviceCard device={device} />
        </div>
      </div>
    );
    return { shown: [first, ...columns], card };
  }, [columns, mayAct, rows, selection, t]);
}
