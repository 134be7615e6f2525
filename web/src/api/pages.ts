// Lists that are short enough to be read as a whole.

interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

/** A limit, not an expectation: a list that long wants a table that loads as it is scrolled. */
const PAGES = 20;
export const PAGE = 500;

/** Every row of a list, page by page. */
export async function everyPage<T>(
  read: (cursor: { cursor: string } | object) => Promise<Page<T>>,
): Promise<{ items: T[] }> {
  const items: T[] = [];
  let next: string | null | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await read(next ? { cursor: next } : {});
    items.push(...answer.items);
    next = answer.next_cursor;
    if (!next) {
      break;
    }
  }
  return { items };
}
