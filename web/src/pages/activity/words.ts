// An act in words: its action and object are the API's names.

import type { TFunction } from "i18next";
import type { Entry } from "./queries";

type Words = TFunction<["activity", "common"]>;

/** `create_blueprint` as "Create blueprint", for acts that have no words of their own. */
export function plain(action: string): string {
  const words = action.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function act(t: Words, { action }: Entry): string {
  return t(`act.${action}` as "act.sign_in", { defaultValue: plain(action) });
}

/** What was acted on: its kind, and its id where it has one. */
export function objectOf({ object }: Pick<Entry, "object">): {
  kind: string;
  id: string | undefined;
} {
  const [kind = "", id] = object.split("/", 2);
  return { kind, id };
}
