// What is allowed but easily overlooked, in its reader's language.

import type { Schemas } from "../../api/client";
import { Said } from "../wording/Said";

export function WarningText({ warning }: { warning: Schemas["Warning"] }) {
  const { code, values, sentence } = warning;
  return <Said wording={{ code: `warning.${code}`, values }} fallback={sentence} />;
}
