// What every page asks: who is signed in, and how the server is.

import { QueryCache, QueryClient, queryOptions } from "@tanstack/react-query";
import { ApiError, api, asked, type Schemas } from "./client";

/** How often what is on screen is asked for again, should the server's word of a change be lost. */
export const LIVE = 30_000;
/** How often an open page says that its session is in use, which extends it. */
const SESSION_EVERY = 30 * 60_000;

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }): Promise<Schemas["Session"] | null> => {
    try {
      return await asked(api.GET("/api/v1/session", { signal }));
    } catch (error) {
      if (error instanceof ApiError && error.code === "not_signed_in") {
        return null;
      }
      throw error;
    }
  },
  staleTime: SESSION_EVERY,
  refetchInterval: SESSION_EVERY,
  refetchIntervalInBackground: true,
});

export const setUpQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => asked(api.GET("/api/v1/setup", { signal })),
});

export const serverQuery = queryOptions({
  queryKey: ["server"],
  queryFn: ({ signal }) => asked(api.GET("/api/v1/server", { signal })),
  refetchInterval: LIVE,
});

/** Asks again only where asking again can help. */
function retry(failures: number, error: Error): boolean {
  const canHelp = !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
  return canHelp && failures < 2;
}

export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiError && error.code === "not_signed_in") {
          client.setQueryData(sessionQuery.queryKey, null);
        }
      },
    }),
    defaultOptions: { queries: { retry, staleTime: 2_000 }, mutations: { retry: false } },
  });
  return client;
}
