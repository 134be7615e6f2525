// What a change would do to the fleet, asked for as somebody types.

import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Schemas } from "../../api/client";
import { askPreview } from "./askPreview";

export type Preview = Schemas["Preview"];
export type PreviewRequest = Schemas["PreviewRequest"];

/** How long after the last keystroke the server is asked. */
const BEHIND = 250;

/** Answers belong to what was asked, so an older one never replaces a newer one. */
export function previewQuery(request: PreviewRequest | null) {
  return queryOptions({
    queryKey: ["previews", request],
    queryFn: ({ signal }) => askPreview(request as PreviewRequest, signal),
    enabled: request !== null,
    // What is on screen stays until the answer to what was typed last is there.
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    refetchInterval: 30_000,
    gcTime: 60_000,
  });
}

export interface LivePreview {
  preview: Preview | undefined;
  /** Whether the answer is about what is on screen now. */
  isCurrent: boolean;
  error: Error | null;
  again: () => void;
}

/** The preview of a change; `null` while there is nothing to ask about. */
export function usePreview(request: PreviewRequest | null): LivePreview {
  const text = JSON.stringify(request);
  const [settled] = useDebouncedValue(text, BEHIND);
  const asking = useMemo(() => JSON.parse(settled) as PreviewRequest | null, [settled]);
  const query = useQuery(previewQuery(asking));
  const isAnswered = query.data !== undefined && !query.isPlaceholderData;
  return {
    preview: query.data,
    isCurrent: request !== null && text === settled && isAnswered,
    error: query.error,
    again: () => void query.refetch(),
  };
}
