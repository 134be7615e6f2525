// A sentence of the server in its reader's language; one that has no text here is shown as it came.

import i18next, { type TFunction } from "i18next";
import type { Schemas } from "../../api/client";
import { sentence } from "../sentence";
import { valuesText } from "./values";

type Wording = Schemas["Wording"];

/** Words of a small set choose a sentence of its own, such as why a version cannot be had. */
const CHOOSING = ["basis", "why", "state", "mechanism"] as const;

/** The text of a sentence; the server's own words where there is none. */
export function said(
  t: TFunction<"wording">,
  { wording, fallback, language }: { wording: Wording; fallback: string; language: string },
): string {
  const { code, values } = wording;
  const chosen = CHOOSING.map((name) => values[name]).find((value) => value !== undefined);
  const texts = valuesText(values, language);
  const keys = chosen ? [`${code}.${chosen}`, code] : [code];
  const isSafe = keys.every((key) => /^[a-z_]+(\.[a-z_]+)*$/.test(key));
  // A group of texts is none.
  const count = Number(values.count ?? values.days ?? 1);
  const options = { ...texts, count, defaultValue: "", returnObjects: true };
  const text: unknown = isSafe ? t(keys as never, options as never) : "";
  return typeof text === "string" && text !== "" ? text : sentence(fallback);
}

/** The same outside of a component, in the language that is shown now. */
export function saidNow(wording: Wording | null | undefined, fallback: string): string {
  if (!wording || !i18next.isInitialized) {
    return fallback;
  }
  const { language } = i18next;
  return said(i18next.getFixedT(language, "wording"), { wording, fallback, language });
}
