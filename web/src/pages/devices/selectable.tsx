// Checkboxes for the list's rows, for those who may act on devices.

import { createContext, use, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Column } from "../../parts/DataTable";
import { inert } from "../../parts/inert";
import { usePermission } from "../../parts/permission";
import { Tick } from "../../parts/Tick";
import { DeviceCard } from "./columns";
import classes from "./Devices.module.css";
import type { Device } from "./queries";
import type { Selection } from "./selection";

/** What is chosen, told to the boxes alone: nothing else of a row changes with it. */
export const Chosen = createContext<Selection | null>(null);

const plainCard = (device: Device) => <DeviceCard device={device} />;

/** The list's columns and cards, with a checkbox first. */
export function useSelectable(columns: Column<Device>[]) {
  const { t } = useTranslation("actions");
  const mayAct = usePermission("edit_devices");
  return useMemo(() => {
    if (!mayAct) {
      return { columns, card: plainCard };
    }
    const box = ({ id, name, serial_number }: Device) => (
      <Box id={id} label={t("select_row", { name: inert(name || serial_number) })} />
    );
    const first: Column<Device> = {
      id: "chosen",
      header: t("select_shown"),
      width: "1rem",
      head: <BoxOfAll />,
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
    return { columns: [first, ...columns], card };
  }, [columns, mayAct, t]);
}

function Box({ id, label }: { id: string; label: string }) {
  const selection = use(Chosen);
  return (
    <Tick
      isChecked={selection?.has(id) ?? false}
      onChange={() => selection?.toggle(id)}
      label={label}
    />
  );
}

function BoxOfAll() {
  const { t } = useTranslation("actions");
  const selection = use(Chosen);
  return (
    <Tick
      isChecked={selection?.isEvery ?? false}
      isPartly={selection !== null && !selection.isEvery && selection.count > 0}
      onChange={() => selection?.toggleShown()}
      label={t("select_shown")}
    />
  );
}
