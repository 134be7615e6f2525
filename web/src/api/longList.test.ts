import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readAgain } from "./events";
import { longListQuery, look, pagesWith, rowsOf } from "./longList";

interface Row {
  id: string;
  text: string;
}

const queryKey = ["devices", "list"];
const keyOf = ({ id }: Row) => id;
const SIZE = 3;

/** What the server has, in its order: a cursor is the key of the last row before a page. */
let rows: Row[];
/** The cursors that were asked for. */
let asked: (string | null)[];
let stop: () => void;

const client = new QueryClient();
const observer = () => new InfiniteQueryObserver(client, longListQuery({ queryKey, keyOf, page }));

async function page(cursor: string | null) {
  asked.push(cursor);
  const behind = rows.filter(({ id }) => cursor === null || id > cursor);
  const items = behind.slice(0, SIZE).map((row) => ({ ...row }));
  return { items, next_cursor: behind.length > SIZE ? (items.at(-1)?.id ?? null) : null };
}

function shown() {
  const pages = client.getQueryData<{ pages: { items: Row[] }[] }>(queryKey)?.pages ?? [];
  return rowsOf(pages, keyOf).rows;
}

function see(first: number, last: number): boolean {
  const query = client.getQueryCache().find({ queryKey });
  return query !== undefined && look(query, { first, last });
}

async function changed(): Promise<void> {
  readAgain(client, { queryKey: ["devices"] });
  await client.refetchQueries({ queryKey }, { cancelRefetch: false });
}

/** A list of which twelve pages are read. */
beforeEach(async () => {
  rows = Array.from({ length: 60 }, (_, at) => ({ id: String(at + 100), text: "before" }));
  asked = [];
  const list = observer();
  stop = list.subscribe(() => undefined);
  await list.refetch({ cancelRefetch: false });
  for (let more = 1; more < 12; more += 1) {
    await list.fetchNextPage();
  }
  expect(shown()).toHaveLength(36);
  asked = [];
});

afterEach(() => {
  stop();
  client.clear();
});

test("only the pages in view of a long list are read again", async () => {
  see(5, 6);
  for (const row of rows) {
    row.text = "after";
  }
  await changed();
  expect(asked).toEqual(["114", "117"]);
  expect(shown().map(({ text }) => text)).toEqual(
    Array.from({ length: 36 }, (_, at) => (at >= 15 && at < 21 ? "after" : "before")),
  );
  // The others are, once they are looked at.
  expect(see(5, 6)).toBe(false);
  expect(see(0, 0)).toBe(true);
  await changed();
  expect(asked).toEqual(["114", "117", null]);
  expect(shown()[0]?.text).toBe("after");
  expect(see(0, 0)).toBe(false);
});

test("no row is lost or doubled behind one that is new", async () => {
  see(0, 0);
  rows.splice(1, 0, { id: "100a", text: "new" });
  await changed();
  const keys = shown().map(keyOf);
  expect(keys.slice(0, 3)).toEqual(["100", "100a", "101"]);
  expect(new Set(keys).size).toBe(keys.length);
  // Where the page ended before, the next one now begins earlier.
  expect(see(0, 1)).toBe(true);
  await changed();
  expect(shown().map(keyOf).slice(0, 6)).toEqual(["100", "100a", "101", "102", "103", "104"]);
});

test("row that moved up is where it was read last", async () => {
  see(0, 0);
  const [moved] = rows.splice(20, 1);
  rows.unshift({ ...moved, id: moved?.id ?? "", text: "moved" });
  await changed();
  const keys = shown().map(keyOf);
  expect(keys[0]).toBe(moved?.id);
  expect(new Set(keys).size).toBe(keys.length);
});

test("pages behind the end of a list that became shorter are gone", async () => {
  see(1, 2);
  rows = rows.slice(0, 5);
  await changed();
  expect(shown().map(keyOf)).toEqual(["100", "101", "102", "103", "104"]);
});

test("a list of which nobody said what is seen is read as a whole", async () => {
  await changed();
  expect(asked).toHaveLength(12);
});

test("rows are found on their pages", () => {
  expect(pagesWith([200, 400, 450], { first: 0, last: 199 })).toEqual({ first: 0, last: 0 });
  expect(pagesWith([200, 400, 450], { first: 199, last: 400 })).toEqual({ first: 0, last: 2 });
  expect(pagesWith([200], { first: 150, last: 240 })).toEqual({ first: 0, last: 0 });
  expect(pagesWith([], { first: 0, last: 40 })).toEqual({ first: 0, last: 0 });
});
