// Asks the server what a change would do; what is wrong with it comes in its reader's language.

import { api, asked, type Schemas } from "../../api/client";
import { detailsInWords } from "../../api/refusal";

export async function askPreview(
  body: Schemas["PreviewRequest"],
  signal: AbortSignal,
): Promise<Schemas["Preview"]> {
  const preview = await asked(api.POST("/api/v1/previews", { body, signal }));
  return { ...preview, problems: detailsInWords(preview.problems) };
}
