// Lists that are read page by page. When such a list is to be read again, only the pages that
// somebody looks at are; the others are read when they come into view.

import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  type Query,
  type QueryFunctionContext,
  type QueryKey,
} from "@tanstack/react-query";
import { LIVE } from "./queries";

export interface Page<Row> {
  items: Row[];
  next_cursor?: string | null;
}

type Cursor = string | null;
type Pages<Row> = InfiniteData<Page<Row>, Cursor>;

/** The first and the last page that is looked at, by their number. */
export interface View {
  first: number;
  last: number;
}

interface Seen {
  view: View;
  /** Pages that may be older than what changed since. */
  old: Set<number>;
}

const seen = new WeakMap<Query, Seen>();

export interface LongList<Row> {
  queryKey: QueryKey;
  /** What tells a row from any other. */
  keyOf: (row: Row) => string;
  page: (cursor: Cursor, signal: AbortSignal) => Promise<Page<Row>>;
}

export function longListQuery<Row>({ queryKey, keyOf, page }: LongList<Row>) {
  const again = (
    readAll: (context: QueryFunctionContext) => Promise<Pages<Row>>,
    context: QueryFunctionContext,
    query: Query,
  ) => {
    const data = query.state.data as Pages<Row> | undefined;
    const known = seen.get(query);
    const isMore = query.state.fetchMeta?.fetchMore !== undefined;
    if (isMore || !data || !known) {
      return readAll(context);
    }
    return readView(data, known, { keyOf, read: (cursor) => page(cursor, context.signal) });
  };
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => page(pageParam, signal),
    initialPageParam: null as Cursor,
    getNextPageParam: ({ next_cursor }: Page<Row>) => next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: LIVE,
    // Of a list, it is given and gives all pages, which its type does not say.
    persister: again as never,
  });
}

/** Says which pages are looked at; true where one of them is to be read again. */
export function look(query: Query, view: View): boolean {
  const known = seen.get(query) ?? { view, old: new Set() };
  known.view = view;
  seen.set(query, known);
  return [...known.old].some((page) => page >= view.first && page <= view.last);
}

interface Reading<Row> {
  keyOf: (row: Row) => string;
  read: (cursor: Cursor) => Promise<Page<Row>>;
}

/** All pages, of which those in view are as they are now. */
async function readView<Row>(
  data: Pages<Row>,
  known: Seen,
  { keyOf, read }: Reading<Row>,
): Promise<Pages<Row>> {
  const last = Math.min(known.view.last, data.pages.length - 1);
  const first = Math.min(known.view.first, last);
  const pages = [...data.pages];
  const pageParams = [...data.pageParams];
  for (let at = first; at <= last; at += 1) {
    const page = await read(pageParams[at] ?? null);
    pages[at] = page;
    if (!page.next_cursor) {
      // Nothing is behind it any more.
      pages.length = pageParams.length = at + 1;
      break;
    }
    // The page behind begins where this one ends now, which may not be where it began.
    if (at + 1 < pages.length) {
      pageParams[at + 1] = page.next_cursor;
    }
  }
  const isRead = (at: number) => at >= first && at <= last;
  const rows = new Set(pages.flatMap((page, at) => (isRead(at) ? page.items.map(keyOf) : [])));
  known.old = new Set(pages.flatMap((_, at) => (isRead(at) ? [] : [at])));
  return {
    pages: pages.map((page, at) => (isRead(at) ? page : without(page, rows, keyOf))),
    pageParams,
  };
}

/** A page without the rows that are on others now; the same one where it has none of them. */
function without<Row>(page: Page<Row>, rows: Set<string>, keyOf: (row: Row) => string): Page<Row> {
  const items = page.items.filter((row) => !rows.has(keyOf(row)));
  return items.length === page.items.length ? page : { ...page, items };
}

/** The rows of all pages, and where each page ends among them. */
export function rowsOf<Row>(
  pages: Page<Row>[],
  keyOf: (row: Row) => string,
): { rows: Row[]; ends: number[] } {
  // A row that moved while the list was read on is where it was read last.
  const found = new Set<string>();
  const kept = pages
    .map(({ items }) => items)
    .reverse()
    .map((items) => {
      const fresh = items.filter((row) => !found.has(keyOf(row)));
      for (const row of fresh) {
        found.add(keyOf(row));
      }
      return fresh;
    })
    .reverse();
  let end = 0;
  const ends = kept.map((items) => (end += items.length));
  return { rows: kept.flat(), ends };
}

/** The pages from one row to another. */
export function pagesWith(ends: number[], rows: { first: number; last: number }): View {
  const pageOf = (row: number) => {
    const page = ends.findIndex((end) => row < end);
    return page < 0 ? Math.max(0, ends.length - 1) : page;
  };
  return { first: pageOf(rows.first), last: pageOf(rows.last) };
}
