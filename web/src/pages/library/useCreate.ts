// Creates an item and puts it into blueprints, only if that still does what was previewed.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, api, asked, type Schemas } from "../../api/client";
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
    mutationFn: (wish: Wish) => create(wish),
    onSuccess: created,
    onSettled: () => {
      for (const noun of ["library-items", "blueprints", "devices", "previews"]) {
        void client.invalidateQueries({ queryKey: [noun] });
      }
    },
  });
}

async function create({ settings, blueprints, digest }: Wish): Promise<LibraryItem> {
  const request = { kind: "new_library_item" as const, settings, blueprint_ids: blueprints };
  const now = await asked(api.POST("/api/v1/previews", { body: request }));
  if (now.digest !== digest) {
    throw new ApiError(412, {
      code: "preview_outdated",
      message: "the fleet changed since this preview: look at the new one, and save again",
      details: [],
    });
  }
  // Nobody is concerned until a blueprint assigns it.
  const item = await asked(api.POST("/api/v1/library-items", { body: { settings } }));
  for (const [place, id] of blueprints.entries()) {
    try {
      await assign(id, item.id, blueprints.length === 1 ? digest : null);
    } catch (error) {
      if (place === 0) {
        await forget(item);
      }
      throw error;
    }
  }
  return item;
}

/** Takes an item back that no blueprint assigns, so that trying again begins anew. */
async function forget({ id, revision }: LibraryItem): Promise<void> {
  const header = { "If-Match": String(revision) };
  await asked(api.DELETE("/api/v1/library-items/{id}", { params: { path: { id }, header } }));
}

/** Of several blueprints each does a part of what was previewed together. */
async function assign(id: string, item: string, digest: string | null): Promise<void> {
  const path = { id };
  const stored = await asked(api.GET("/api/v1/blueprints/{id}", { params: { path } }));
  const { name, description, revision } = stored;
  const assignment = withItem(stored.assignment, item);
  const part = { kind: "blueprint" as const, id, assignment };
  const preview_digest =
    digest ?? (await asked(api.POST("/api/v1/previews", { body: part }))).digest;
  await asked(
    api.PUT("/api/v1/blueprints/{id}", {
      params: { path, header: { "If-Match": String(revision) } },
      body: { name, description, assignment, preview_digest },
    }),
  );
}

/** The assignment with one more item for all devices, as the preview had it. */
function withItem(assignment: Schemas["Assignment"], item: string): Schemas["Assignment"] {
  return "classic" in assignment
    ? { classic: [...assignment.classic, item] }
    : { map: [...assignment.map, { items: [item] }] };
}
