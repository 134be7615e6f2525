// What Settings asks the server.

import { queryOptions } from "@tanstack/react-query";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { everyPage, PAGE } from "../../api/pages";
import { LIVE } from "../../api/queries";

export type Person = Schemas["Person"];

export const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: ({ signal }) =>
    everyPage((cursor) => {
      const query = { limit: PAGE, ...cursor };
      return asked(api.GET("/api/v1/people", { params: { query }, signal }));
    }),
  refetchInterval: LIVE,
});

export const signInPolicyQuery = queryOptions({
  queryKey: ["sign-in-policy"],
  queryFn: ({ signal }) => asked(api.GET("/api/v1/sign-in-policy", { signal })),
  refetchInterval: LIVE,
});

/** The certificate in use, or `null` before the first. */
export const pushCertificateQuery = queryOptions({
  queryKey: ["push-certificate"],
  queryFn: ({ signal }) => orNone(api.GET("/api/v1/push-certificate", { signal })),
  refetchInterval: LIVE,
});

/** The signing request that waits for its certificate, or `null`. */
export const signingRequestQuery = queryOptions({
  queryKey: ["push-certificate", "signing-request"],
  queryFn: ({ signal }) => orNone(api.GET("/api/v1/push-certificate/signing-request", { signal })),
});

/** What is there, or `null` where nothing is yet. */
async function orNone<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>) {
  try {
    return await asked(answer);
  } catch (error) {
    if (error instanceof ApiError && error.code === "not_found") {
      return null;
    }
    throw error;
  }
}
