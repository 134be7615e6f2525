// Devices that are exempt until a day.

import { queryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { everyPage, PAGE } from "../../api/pages";
import { LIVE } from "../../api/queries";

export type Exception = Schemas["Exception"];

/** What exemptions are of. */
export type Filter = { item_id: string } | { device_id: string };

/** Exemptions, newest first, ended ones included; an item's with those from every item. */
export function exceptionsQuery(filter: Filter) {
  return queryOptions({
    queryKey: ["exceptions", filter],
    queryFn: async ({ signal }) => {
      const { items } = await everyPage((cursor) => {
        const query = { limit: PAGE, ...filter, ...cursor };
        return asked(api.GET("/api/v1/exceptions", { params: { query }, signal }));
      });
      return items;
    },
    refetchInterval: LIVE,
  });
}
