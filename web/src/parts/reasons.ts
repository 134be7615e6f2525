// Why something was not taken, in sentences: what is wrong with its fields, where that is known.

import { ApiError } from "../api/client";
import { sentence } from "./sentence";

export function reasons(error: Error): string[] {
  const details = error instanceof ApiError ? error.details : [];
  const said = details.length > 0 ? details.map(({ message }) => message) : [error.message];
  return said.map(sentence);
}

/** The same on one line. */
export function whyNot(error: Error): string {
  return reasons(error).join(" ");
}
