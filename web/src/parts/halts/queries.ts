// Releases that trouble in one ring stopped for the later ones, and the devices in trouble.

import { queryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { LIVE } from "../../api/queries";

export type Halt = Schemas["RingHalt"];

/** Every halt, the newest first. */
export const haltsQuery = queryOptions({
  queryKey: ["ring-halts", "all"],
  queryFn: ({ signal }) => asked(api.GET("/api/v1/ring-halts", { signal })),
  refetchInterval: LIVE,
});

/** The devices that are in trouble now with what a halt stopped. */
export function troubledQuery(id: string) {
  return queryOptions({
    queryKey: ["ring-halts", id, "devices"],
    queryFn: ({ signal }) =>
      asked(api.GET("/api/v1/ring-halts/{id}/devices", { params: { path: { id } }, signal })),
    refetchInterval: LIVE,
  });
}
