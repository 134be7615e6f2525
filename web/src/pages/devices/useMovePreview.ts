// Which devices are meant, and what moving them would do: asked once, while the question is open.

import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { idsOf, previewMove } from "./actions";
import type { DeviceSearch } from "./search";
import type { Selection } from "./selection";

/** An answer that belongs to one question and is never read again. */
const ONCE = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0, retry: false } as const;

export function useChosen({ isAll, ids }: Pick<Selection, "isAll" | "ids">, search: DeviceSearch) {
  const question = useId();
  const [found, setFound] = useState(0);
  const { data, error, isFetching } = useQuery({
    queryKey: ["chosen-devices", question],
    queryFn: ({ signal }) => (isAll ? idsOf(search, setFound, signal) : [...ids]),
    ...ONCE,
  });
  return { data, error, isFetching, found };
}

export function useMovePreview(blueprint: string | null, ids: string[] | undefined) {
  const question = useId();
  const [seen, setSeen] = useState(0);
  const { data, error, isFetching } = useQuery({
    queryKey: ["move-preview", question, blueprint],
    queryFn: ({ signal }) => previewMove(blueprint ?? "", ids ?? [], setSeen, signal),
    enabled: blueprint !== null && ids !== undefined,
    ...ONCE,
  });
  return { data, error, isFetching, seen };
}
