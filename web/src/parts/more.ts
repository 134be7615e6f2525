// Reading a long list on, one page at a time.

import { useCallback } from "react";

interface List {
  hasNextPage: boolean;
  isFetching: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Reads the next page, unless one is being read; nothing when there is none. */
export function useMore({
  hasNextPage,
  isFetching,
  fetchNextPage,
}: List): (() => void) | undefined {
  const more = useCallback(() => {
    if (!isFetching) {
      void fetchNextPage();
    }
  }, [fetchNextPage, isFetching]);
  return hasNextPage ? more : undefined;
}
