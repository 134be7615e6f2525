// A long list on a page: its rows, reading it on as it is scrolled, and reading again what is seen.

import { hashKey, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { type LongList, longListQuery, look, pagesWith, rowsOf } from "../api/longList";

/** What a table needs of a list. */
export function useLongList<Row>(wish: LongList<Row>) {
  const { keyOf } = wish;
  const client = useQueryClient();
  const { data, error, isPending, isFetching, hasNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(longListQuery(wish));
  const { rows, ends } = useMemo(() => rowsOf(data?.pages ?? [], keyOf), [data, keyOf]);
  const more = useCallback(() => {
    if (!isFetching) {
      void fetchNextPage();
    }
  }, [fetchNextPage, isFetching]);
  const hash = hashKey(wish.queryKey);
  const onView = useCallback(
    (first: number, last: number) => {
      const query = client.getQueryCache().get(hash);
      const isOld = query && look(query, pagesWith(ends, { first, last }));
      // What failed is tried again when its time comes, and not at once for ever.
      if (isOld && !isFetching && !error) {
        void refetch({ cancelRefetch: false });
      }
    },
    [client, ends, error, hash, isFetching, refetch],
  );
  return {
    rows,
    rowKey: keyOf,
    isLoading: isPending,
    error,
    retry: () => void refetch(),
    /** Reads the next page; nothing when there is none. */
    loadMore: hasNextPage ? more : undefined,
    onView,
  };
}
