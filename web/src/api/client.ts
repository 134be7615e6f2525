// The one client of the server's API; its types are generated from the OpenAPI document.

import createClient from "openapi-fetch";
import { detailsInWords, refusalInWords } from "./refusal";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type ErrorCode = Schemas["ErrorCode"] | "unreachable";

export const api = createClient<paths>();

/** Why a request was not done: the server's own words, or that nobody answered. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: Schemas["Detail"][];

  constructor(
    status: number,
    problem: Pick<Schemas["Problem"], "message" | "details"> & { code: ErrorCode },
  ) {
    super(refusalInWords(problem.code, problem.message));
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code;
    this.details = detailsInWords(problem.details ?? []);
  }

  /** What is wrong with one field of a form. */
  of(field: string): string | undefined {
    return this.details.find((detail) => detail.field === field)?.message;
  }
}

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; throws an [`ApiError`] for any other. */
export async function asked<T>(request: Promise<Answered<T>>): Promise<T> {
  let answer: Answered<T>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new ApiError(0, { code: "unreachable", message: "the server does not answer" });
  }
  if (answer.response.ok) {
    return answer.data as T;
  }
  throw new ApiError(answer.response.status, problemOf(answer.error));
}

function problemOf(
  body: unknown,
): Pick<Schemas["Problem"], "message" | "details"> & { code: ErrorCode } {
  if (typeof body === "object" && body !== null && "code" in body && "message" in body) {
    return body as Schemas["Problem"];
  }
  return { code: "unavailable", message: "the server gave an answer that is not its own" };
}
