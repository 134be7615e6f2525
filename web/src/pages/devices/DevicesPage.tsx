// The device list: every device, or those that its filters let through.

import { IconDevices, IconFilterOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ColumnPicker } from "../../parts/ColumnPicker";
import { useColumns } from "../../parts/columns";
import { DataTable } from "../../parts/DataTable";
import { Export } from "../../parts/Export";
import { useLongList } from "../../parts/longList";
import { Message } from "../../parts/Message";
import { PageHeader } from "../../parts/PageHeader";
import { SearchBox } from "../../parts/SearchBox";
import type { StatusName } from "../../parts/Status";
import { StatusCounts } from "../../parts/StatusCounts";
import { deviceColumns } from "./columns";
import classes from "./Devices.module.css";
import { exported, exportedFields } from "./export";
import { DeviceChips, DeviceFilters } from "./Filters";
import { deviceCountsQuery, devicesList, devicesPage } from "./queries";
import { SelectBar } from "./SelectBar";
import { type Changes, chips, type DeviceSearch } from "./search";
import { Chosen, useSelectable } from "./selectable";
import { useSelection } from "./selection";
import { Views } from "./Views";

export function DevicesPage() {
  const { t } = useTranslation(["devices", "common"]);
  const search = useSearch({ from: "/inside/devices" });
  const { change, sort, sortAhead } = useFilters(search);
  const { data: counts } = useQuery(deviceCountsQuery(search));
  const list = useLongList(devicesList(search));
  const columns = useMemo(() => deviceColumns(t), [t]);
  const choice = useColumns("devices", columns);
  const total = search.status ? (counts?.by_status[search.status] ?? 0) : counts?.total;
  const selection = useSelection(search, list.rows, total ?? list.rows.length);
  const shown = useSelectable(choice.shown);
  return (
    <div className={classes.page}>
      <PageHeader title={t("title")} />
      <StatusCounts
        counts={counts}
        chosen={search.status}
        link={(status, look) => (
          <Link to="/devices" search={withStatus(search, status)} replace {...look} />
        )}
      />
      <div className={classes.tools}>
        <SearchBox
          label={t("search")}
          value={search.search ?? ""}
          onChange={(text) => change({ search: text })}
          className={classes.search}
        />
        <DeviceFilters search={search} change={change} />
        <Views search={search} columns={choice.shown.map(({ id }) => id)} show={choice.set} />
        <Export
          name="macadam-devices"
          header={[...exportedFields]}
          row={exported}
          page={(cursor) => devicesPage(search, cursor)}
        />
        <ColumnPicker columns={columns} choice={choice} />
      </div>
      <DeviceChips search={search} change={change} />
      <SelectBar selection={selection} search={search} total={total ?? list.rows.length} />
      <Chosen value={selection}>
        <DataTable
          label={t("title")}
          {...shown}
          {...list}
          total={total}
          sort={search.sort ?? "name"}
          onSort={sort}
          onSortAhead={sortAhead}
          isTall
          empty={<NoDevices search={search} />}
        />
      </Chosen>
    </div>
  );
}

function useFilters(search: DeviceSearch) {
  const navigate = useNavigate({ from: "/devices" });
  const router = useRouter();
  const change = useCallback(
    (changes: Changes) => {
      const next = { ...search, ...changes };
      const kept = Object.entries(next).filter(([, value]) => value !== "" && value != null);
      void navigate({ search: Object.fromEntries(kept) as DeviceSearch, replace: true });
    },
    [navigate, search],
  );
  const sort = useCallback(
    (name: string) => change({ sort: name as NonNullable<DeviceSearch["sort"]> }),
    [change],
  );
  const sortAhead = (name: string) => {
    const sort = name as NonNullable<DeviceSearch["sort"]>;
    void router.preloadRoute({ to: "/devices", search: { ...search, sort } });
  };
  return { change, sort, sortAhead };
}

function withStatus(search: DeviceSearch, status: StatusName | undefined): DeviceSearch {
  const { status: _, ...others } = search;
  return status ? { ...others, status } : others;
}

function NoDevices({ search }: { search: DeviceSearch }) {
  const { t } = useTranslation(["devices", "common"]);
  const isFiltered = [...chips, "search", "status", "platform"].some((name) => name in search);
  if (isFiltered) {
    return (
      <Message
        Icon={IconFilterOff}
        title={t("none_match")}
        action={
          <Link to="/devices" search={{}}>
            {t("show_all")}
          </Link>
        }
      >
        {t("none_match_text")}
      </Message>
    );
  }
  return (
    <Message Icon={IconDevices} title={t("none")}>
      {t("none_text")}
    </Message>
  );
}
