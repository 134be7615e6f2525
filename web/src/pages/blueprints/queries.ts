// What the blueprint pages ask the server.

import { queryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { LIVE } from "../../api/queries";

export type Blueprint = Schemas["Blueprint"];
export type Assignment = Schemas["Assignment"];

export function blueprintQuery(id: string) {
  return queryOptions({
    queryKey: ["blueprints", id, "record"],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/blueprints/{id}", { params: { path: { id } }, signal })),
    refetchInterval: LIVE,
  });
}

/** Some devices of a blueprint, to walk through it. */
export function membersQuery(blueprint_id: string, search: string) {
  const query = { blueprint_id, limit: 20, ...(search && { search }) };
  return queryOptions({
    queryKey: ["devices", "names", query],
    queryFn: async ({ signal }) => {
      const page = await asked(api.GET("/api/v1/devices", { params: { query }, signal }));
      return page.items.map(({ id, name, serial_number }) => ({ id, name: name || serial_number }));
    },
    staleTime: 30_000,
  });
}
