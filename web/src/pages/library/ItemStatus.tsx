// How each device stands with an item: a table, filtered by status.

import { IconDevices } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { DataTable } from "../../parts/DataTable";
import { Export } from "../../parts/Export";
import { useLongList } from "../../parts/longList";
import { Message } from "../../parts/Message";
import { StatusCounts } from "../../parts/StatusCounts";
import { DeviceCard, deviceColumns } from "../devices/columns";
import { exported, exportedFields } from "../devices/export";
import { devicesList, devicesPage } from "../devices/queries";
import { ReasonFilters } from "../devices/ReasonFilters";
import type { Changes } from "../devices/search";
import classes from "./Item.module.css";
import { itemCountsQuery, type LibraryItem, statusFilters } from "./queries";
import { type ItemSearch, itemSearch } from "./search";

const SHOWN = ["name", "status", "os_version", "target", "deadline", "reason"];

interface Props {
  item: LibraryItem;
  search: ItemSearch;
}

export function ItemStatus({ item, search }: Props) {
  const { t } = useTranslation(["devices", "library", "common"]);
  const { status, ...why } = search;
  const { counted, listed } = statusFilters(item, search);
  const { data: counts } = useQuery(itemCountsQuery(counted));
  const list = useLongList(devicesList(listed));
  const change = useSearchChange(item.id, search);
  const columns = useMemo(
    () =>
      deviceColumns(t)
        .filter(({ id }) => SHOWN.includes(id))
        .map((column) => ({ ...column, isExtra: false })),
    [t],
  );
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
              search={{ ...why, tab: "status", ...(chosen && { status: chosen }) }}
              replace
              {...look}
            />
          )}
        />
      </div>
      <div className={classes.statusTools}>
        <ReasonFilters search={search} change={change} />
        <Export
          name="macadam-item-status"
          header={[...exportedFields]}
          row={exported}
          page={(cursor) => devicesPage(listed, cursor)}
        />
      </div>
      <DataTable
        label={t("library:tab.status")}
        columns={columns}
        {...list}
        card={(device) => <DeviceCard device={device} />}
        total={total}
        isTall
        empty={
          <Message Icon={IconDevices} title={t("library:status.none")}>
            {t("library:status.none_text")}
          </Message>
        }
      />
    </div>
  );
}

/** Other filters in the address; nothing takes one away. */
function useSearchChange(id: string, search: ItemSearch) {
  const navigate = useNavigate({ from: "/library/$id" });
  return useCallback(
    (changes: Changes) => {
      const next = itemSearch({ ...search, ...changes, tab: "status" });
      void navigate({ to: "/library/$id", params: { id }, search: next, replace: true });
    },
    [id, navigate, search],
  );
}
