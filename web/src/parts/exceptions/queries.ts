// Devices that are exempt until a day.

import { queryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { everyPage, PAGE } from "../../api/pages";
import { LIVE } from "../../api/queries";

export type Exception = Schemas["Exception"];

/** Every exemption, newest first; ended ones included. */
export const exceptionsQuery = queryOptions({
  queryKey: ["exceptions", "all"],
  queryFn: async ({ signal }) => {
    const { items } = await everyPage((cursor) => {
      const query = { limit: PAGE, ...cursor };
      return asked(api.GET("/api/v1/exceptions", { params: { query }, signal }));
    });
    return items;
  },
  refetchInterval: LIVE,
});
