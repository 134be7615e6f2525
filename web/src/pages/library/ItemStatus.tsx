// How each device stands with an item: a table, filtered by status.

import { IconDevices } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { DataTable } from "../../parts/DataTable";
import { Message } from "../../parts/Message";
import { type StatusName, statuses, tone } from "../../parts/Status";
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
  const { fetchNextPage, isFetchingNextPage } = list;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [fetchNextPage, isFetchingNextPage]);
  const total = status ? (counts?.by_status[status] ?? 0) : counts?.total;
  return (
    <div className={classes.status}>
      <Counts item={item} status={status} />
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
        loadMore={list.hasNextPage ? loadMore : undefined}
        empty={
          <Message Icon={IconDevices} title={t("library:status.none")}>
            {t("library:status.none_text")}
          </Message>
        }
      />
    </div>
  );
}

function Counts({ item, status: chosen }: Props) {
  const { id } = item;
  const { t, i18n } = useTranslation(["devices", "common"]);
  const { data: counts } = useQuery(itemCountsQuery(devicesOf(item)));
  const number = new Intl.NumberFormat(i18n.language);
  const shown = statuses.filter((status) => counts?.by_status[status] || status === chosen);
  return (
    <nav aria-label={t("by_status")} className={classes.counts}>
      <Link
        to="/library/$id"
        params={{ id }}
        search={{ tab: "status" }}
        replace
        className={classes.count}
        data-chosen={!chosen || undefined}
      >
        {t("all")} <b>{counts ? number.format(counts.total) : "–"}</b>
      </Link>
      {shown.map((status) => (
        <Link
          key={status}
          to="/library/$id"
          params={{ id }}
          search={{ tab: "status", status }}
          replace
          className={classes.count}
          data-tone={tone[status]}
          data-chosen={status === chosen || undefined}
        >
          {t(`common:status.${status}`)} <b>{number.format(counts?.by_status[status] ?? 0)}</b>
        </Link>
      ))}
    </nav>
  );
}
