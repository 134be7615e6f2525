// The columns of the device list. The usual ones fit a window of 1280 pixels, whatever the language;
// the least widths are of what is in them, and what is left goes to what people name themselves.

import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import type { Column } from "../../parts/DataTable";
import { inert } from "../../parts/inert";
import { PlatformIcon, PlatformVersion } from "../../parts/Platform";
import { OverdueBadge, StatusBadge } from "../../parts/Status";
import { Theirs } from "../../parts/Theirs";
import { DeviceTime, Moment } from "../../parts/Time";
import { Said } from "../../parts/wording/Said";
import classes from "./Devices.module.css";
import type { Device } from "./queries";

type Words = TFunction<["devices", "common"]>;

function Name({ device }: { device: Device }) {
  return (
    <span className={classes.name}>
      <PlatformIcon platform={device.platform} model={device.model} />
      <Link to="/devices/$id" params={{ id: device.id }} className={classes.link}>
        <Theirs text={device.name || device.serial_number} />
      </Link>
    </span>
  );
}

/** What a device is called, and what it is. */
function NameAndModel({ device }: { device: Device }) {
  return (
    <>
      <Name device={device} />
      <span className={classes.below} title={inert(device.model)}>
        <Theirs text={device.model} />
      </span>
    </>
  );
}

function Deadline({ device }: { device: Device }) {
  const { deadline_local: local, deadline_at: at, is_overdue } = device.decision;
  return (
    <span className={classes.deadline}>
      {local ? <DeviceTime local={local} at={at} names={false} /> : "–"}
      {is_overdue && <OverdueBadge />}
    </span>
  );
}

export function deviceColumns(t: Words): Column<Device>[] {
  return [
    {
      id: "name",
      header: t("column.name"),
      width: "minmax(14rem, 4fr)",
      sort: "name",
      cell: (device) => <NameAndModel device={device} />,
    },
    {
      id: "status",
      header: t("column.status"),
      width: "minmax(6.75rem, 1fr)",
      cell: (device) => <StatusBadge status={device.decision.status} />,
    },
    {
      id: "os_version",
      header: t("column.os_version"),
      width: "minmax(6.625rem, 1fr)",
      sort: "os_version",
      cell: (device) => <PlatformVersion platform={device.platform} version={device.os_version} />,
    },
    {
      id: "target",
      header: t("column.target"),
      width: "minmax(3rem, 0.6fr)",
      cell: (device) => <span className="number">{device.decision.target_version ?? "–"}</span>,
    },
    {
      id: "deadline",
      header: t("column.deadline"),
      width: "minmax(9.5rem, 1.2fr)",
      sort: "deadline",
      cell: (device) => <Deadline device={device} />,
    },
    {
      id: "blueprint",
      header: t("column.blueprint"),
      width: "minmax(5.375rem, 1.2fr)",
      cell: (device) => <span className={classes.second}>{device.blueprint?.name ?? "–"}</span>,
    },
    {
      id: "last_seen",
      header: t("column.last_seen"),
      width: "minmax(9.5rem, 1.2fr)",
      sort: "last_seen",
      cell: (device) =>
        device.last_seen_at ? <Moment at={device.last_seen_at} names={false} /> : "–",
    },
    ...extraColumns(t),
  ];
}

/** What a reader may choose to see as well. */
function extraColumns(t: Words): Column<Device>[] {
  const isExtra = true;
  return [
    {
      id: "serial_number",
      header: t("column.serial_number"),
      width: "minmax(8rem, 1fr)",
      sort: "serial_number",
      isExtra,
      cell: (device) => <Theirs text={device.serial_number} className={classes.code} />,
    },
    {
      id: "product",
      header: t("column.product"),
      width: "minmax(6rem, 1fr)",
      isExtra,
      cell: (device) => <Theirs text={device.product} className={classes.code} />,
    },
    {
      id: "build",
      header: t("column.build"),
      width: "minmax(5rem, 0.8fr)",
      isExtra,
      cell: (device) => <Theirs text={device.build ?? "–"} className={classes.code} />,
    },
    {
      id: "item",
      header: t("column.item"),
      width: "minmax(8rem, 1.6fr)",
      isExtra,
      cell: (device) => <span className={classes.second}>{device.decision.item?.name ?? "–"}</span>,
    },
    {
      id: "reason",
      header: t("column.reason"),
      width: "minmax(16rem, 5fr)",
      isExtra,
      cell: ({ decision }) => (
        <Said wording={decision.wording} fallback={decision.reason} className={classes.second} />
      ),
    },
    {
      id: "tags",
      header: t("column.tags"),
      width: "minmax(7rem, 1.6fr)",
      isExtra,
      cell: (device) => <Theirs text={device.tags.join(", ") || "–"} className={classes.second} />,
    },
    {
      id: "supervised",
      header: t("column.supervised"),
      width: "minmax(5rem, 0.8fr)",
      isExtra,
      cell: (device) => (device.supervised ? t("yes") : t("no")),
    },
    {
      id: "enrolled",
      header: t("column.enrolled"),
      width: "minmax(9.5rem, 1.2fr)",
      isExtra,
      cell: (device) => <Moment at={device.enrolled_at} names={false} />,
    },
  ];
}

/** A device on a narrow screen. */
export function DeviceCard({ device }: { device: Device }) {
  const { target_version: target, deadline_local: local, deadline_at: at } = device.decision;
  return (
    <>
      <span className={classes.pair}>
        <Name device={device} />
        <StatusBadge status={device.decision.status} />
      </span>
      <span className={classes.cardLine}>
        <PlatformVersion platform={device.platform} version={device.os_version} />
        {target && local && (
          <span className={classes.cardTarget}>
            → {target} · <DeviceTime local={local} at={at} names={false} />
          </span>
        )}
      </span>
    </>
  );
}
