// Creates an item in its blueprints, only if that still does what was previewed.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, asked } from "../../api/client";
import type { Settings } from "./draft";
import type { LibraryItem } from "./queries";

interface Wish {
  settings: Settings;
  blueprints: string[];
  /** Of the preview that was on screen. */
  digest: string;
}

export function useCreate(created: (item: LibraryItem) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ settings, blueprints, digest }: Wish) =>
      asked(
        api.POST("/api/v1/library-items", {
          body: { settings, blueprint_ids: blueprints, preview_digest: digest },
        }),
      ),
    onSuccess: created,
    onSettled: () => {
      for (const noun of ["library-items", "blueprints", "devices", "previews"]) {
        void client.invalidateQueries({ queryKey: [noun] });
      }
    },
  });
}
