// Which tokens are worth something.

import { queryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { everyPage, PAGE } from "../../api/pages";
import { LIVE } from "../../api/queries";

export type Token = Schemas["Token"];

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) =>
    everyPage((cursor) => {
      const query = { limit: PAGE, ...cursor };
      return asked(api.GET("/api/v1/tokens", { params: { query }, signal }));
    }),
  refetchInterval: LIVE,
});
