// What the enrollment page asks the server.

import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { LIVE } from "../../api/queries";

export type Enrollment = Schemas["Enrollment"];

export const enrollmentsQuery = infiniteQueryOptions({
  queryKey: ["enrollments"],
  queryFn: ({ pageParam, signal }) =>
    asked(
      api.GET("/api/v1/enrollments", {
        params: { query: { limit: 200, ...(pageParam && { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  refetchInterval: LIVE,
});
