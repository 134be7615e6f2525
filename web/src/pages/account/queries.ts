// What the account page asks the server.

import { queryOptions } from "@tanstack/react-query";
import { api, asked } from "../../api/client";

export const accountQuery = queryOptions({
  queryKey: ["account", "self"],
  queryFn: ({ signal }) => asked(api.GET("/api/v1/account", { signal })),
});

export const passkeysQuery = queryOptions({
  queryKey: ["account", "passkeys"],
  queryFn: ({ signal }) => asked(api.GET("/api/v1/account/passkeys", { signal })),
});

export const ownSessionsQuery = queryOptions({
  queryKey: ["account", "sessions"],
  queryFn: ({ signal }) => asked(api.GET("/api/v1/account/sessions", { signal })),
});
