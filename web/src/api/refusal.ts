// What the server refuses, in its reader's language.

import i18next from "i18next";
import { saidNow } from "../parts/wording/said";
import type { Schemas } from "./client";

type Detail = Schemas["Detail"];

/** What is wrong with single fields. */
export function detailsInWords(details: Detail[]): Detail[] {
  return details.map((detail) => {
    const { wording, message } = detail;
    const named = wording && { ...wording, code: `problem.${wording.code}` };
    return { ...detail, message: saidNow(named, message) };
  });
}

/** Why a request was not done. The server speaks English, and says more than its code does. */
export function refusalInWords(code: string, message: string): string {
  const isEnglish = i18next.language?.startsWith("en") ?? true;
  return isEnglish ? message : saidNow({ code: `refused.${code}`, values: {} }, message);
}
