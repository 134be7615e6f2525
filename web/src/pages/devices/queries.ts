// What the device pages ask the server.

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import type { LongList } from "../../api/longList";
import { LIVE } from "../../api/queries";
import type { DeviceSearch } from "./search";

export type Device = Schemas["Device"];

const PAGE = 200;
/** The most that the server gives at once; of a device's past, the newest. */
const MOST = 1000;

export function devicesPage(search: DeviceSearch, cursor: string | null, signal?: AbortSignal) {
  const query = { ...search, limit: PAGE, ...(cursor && { cursor }) };
  return asked(api.GET("/api/v1/devices", { params: { query }, ...(signal && { signal }) }));
}

const idOf = (device: Device) => device.id;

export function devicesList(search: DeviceSearch): LongList<Device> {
  return {
    queryKey: ["devices", "list", search],
    keyOf: idOf,
    page: (cursor, signal) => devicesPage(search, cursor, signal),
  };
}

/** How many devices the filters let through, whatever their status. */
export function deviceCountsQuery({ status: _, sort: __, ...search }: DeviceSearch) {
  return queryOptions({
    queryKey: ["devices", "counts", search],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/device-counts", { params: { query: search }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: LIVE,
  });
}

export const blueprintNamesQuery = queryOptions({
  queryKey: ["blueprints", "names"],
  queryFn: async ({ signal }) => {
    const query = { limit: MOST };
    const list = await asked(api.GET("/api/v1/blueprints", { params: { query }, signal }));
    return list.items.map(({ id, name }) => ({ id, name }));
  },
  staleTime: 60_000,
});

export const itemNamesQuery = queryOptions({
  queryKey: ["library-items", "names"],
  queryFn: async ({ signal }) => {
    const query = { limit: MOST };
    const list = await asked(api.GET("/api/v1/library-items", { params: { query }, signal }));
    return list.items.map(({ id, settings: { type, label } }) => ({ id, type, name: label }));
  },
  staleTime: 60_000,
});

/** One's own views, and those that others share. */
export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: ({ signal }) => asked(api.GET("/api/v1/views", { signal })),
  staleTime: 10_000,
});

export function deviceQuery(id: string) {
  return queryOptions({
    queryKey: ["devices", id, "record"],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/devices/{id}", { params: { path: { id } }, signal })),
    refetchInterval: LIVE,
  });
}

export function explanationQuery(id: string) {
  return queryOptions({
    queryKey: ["devices", id, "explanation"],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/devices/{id}/explanation", { params: { path: { id } }, signal })),
    refetchInterval: LIVE,
  });
}

export function timelineQuery(id: string) {
  return queryOptions({
    queryKey: ["devices", id, "timeline"],
    queryFn: async ({ signal }) => {
      const params = { path: { id }, query: { limit: MOST } };
      return (await asked(api.GET("/api/v1/devices/{id}/timeline", { params, signal }))).items;
    },
    refetchInterval: LIVE,
  });
}

export function commandsQuery(id: string) {
  return queryOptions({
    queryKey: ["devices", id, "commands"],
    queryFn: async ({ signal }) => {
      const params = { path: { id }, query: { limit: MOST } };
      return (await asked(api.GET("/api/v1/devices/{id}/commands", { params, signal }))).items;
    },
    refetchInterval: LIVE,
  });
}

export function notesQuery(id: string) {
  return queryOptions({
    queryKey: ["devices", id, "notes"],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/devices/{id}/notes", { params: { path: { id } }, signal })),
    refetchInterval: LIVE,
  });
}
