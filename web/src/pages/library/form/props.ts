// What every part of an item's form is given.

import type { Schemas } from "../../../api/client";
import { sentence } from "../../../parts/sentence";
import type { ManagedOsDraft } from "../draft";

export interface FormProps<D = ManagedOsDraft> {
  draft: D;
  change: (changes: Partial<D>) => void;
  /** What the server says against a field, such as `enforcement.version`. */
  problem: (field: string) => string | undefined;
}

/** Finds what is said about a field; the server names the object that holds it first. */
export function problemsBy(details: Schemas["Detail"][]): (field: string) => string | undefined {
  return (field) => {
    const found = details.filter(
      (detail) => detail.field === field || detail.field.endsWith(`.${field}`),
    );
    return found.length > 0 ? found.map((detail) => sentence(detail.message)).join(" ") : undefined;
  };
}
