// How each device stands with an item: a table, filtered by status.

import { IconDevices } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { DataTable } from "../../parts/DataTable";
import { Message } from "../../parts/Message";
import { useMore } from "../../parts/more";
import type { StatusName } from "../../parts/Status";
import { StatusCounts } from "../../parts/StatusCounts";
import { Theirs } from "../../parts/Theirs";
import { DeviceCard, deviceColumns } from "../devices/columns";
import { type Device, devicesQuery } from "../devices/queries";
import classes from "./Item.module.css";
import { devicesOf, itemCountsQuery, type LibraryItem } from "./queries";

const SHOWN = ["name", "status", "os_version", "target", "deadline"];

interface Props {
  item: LibraryItem;
  status: StatusName | undefined;
}

export function ItemStatus({ item, status }: Props) {
  const { t } = useTranslation(["devices", "library", "common"]);
  const { data: counts } = useQuery(itemCountsQuery(devicesOf(item)));
  const list = useInfiniteQuery(devicesQuery({ ...devicesOf(item), ...(status && { status }) }));
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const columns = useMemo(() => {
    const all = deviceColumns(t).filter((column) => SHOWN.includes(column.id));
    const why = {
      id: "reason",
      header: t("column.reason"),
      width: "minmax(18rem, 3fr)",
      cell: (device: Device) => <Theirs text={device.decision.reason} className={classes.muted} />,
    };
    return [...all, why];
  }, [t]);
  const loadMore = useMore(list);
  const total = status ? (counts?.by_status[status] ?? 0) : counts?.total;
  return (
    <div className={classes.status}>
      <div className={classes.counts}>
        <StatusCounts
          counts={counts}
          chosen={status}
          link={(chosen, look) => (
            <Link
              to="/library/$id"
              params={{ id: item.id }}
              search={{ tab: "status", ...(chosen && { status: chosen }) }}
              replace
              {...look}
            />
          )}
        />
      </div>
      <DataTable
        label={t("library:tab.status")}
        columns={columns}
        rows={rows}
        rowKey={(device) => device.id}
        card={(device) => <DeviceCard device={device} />}
        total={total}
        isLoading={list.isPending}
        error={list.error}
        retry={() => void list.refetch()}
        loadMore={loadMore}
        empty={
          <Message Icon={IconDevices} title={t("library:status.none")}>
            {t("library:status.none_text")}
          </Message>
        }
      />
    </div>
  );
}
