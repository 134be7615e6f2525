// A table that draws only the rows on screen, so that its length costs nothing. On narrow screens
// each row is a card.

import { Loader, Select, Skeleton } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type ReactNode,
  useEffect,
  useRef,
} from "react";
import { useTranslation } from "react-i18next";
import classes from "./DataTable.module.css";
import { useIntent } from "./intent";
import { FailedMessage } from "./Message";
import { useNarrow } from "./narrow";

export interface Column<Row> {
  id: string;
  header: string;
  /** A track of a CSS grid, such as `minmax(10rem, 2fr)`. */
  width: string;
  cell: (row: Row) => ReactNode;
  /** The order that the server knows by this name. */
  sort?: string;
  /** Shown only when chosen. */
  isExtra?: boolean;
  /** What stands above the column, where that is more than its name. */
  head?: ReactNode;
}

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** A row as a card, for narrow screens. */
  card: (row: Row) => ReactNode;
  /** How many rows there are, loaded or not. */
  total?: number | undefined;
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  /** Told of an order that its reader is about to choose. */
  onSortAhead?: (sort: string) => void;
  isLoading: boolean;
  error?: Error | null;
  retry?: () => void;
  /** What stands there when there is no row: why, and what to do. */
  empty: ReactNode;
  loadMore?: (() => void) | undefined;
  /** Told which rows are on screen, or will soon be. */
  onView?: ((first: number, last: number) => void) | undefined;
  /** Whether a row has room for two lines of text. */
  isTall?: boolean;
}

const ROW = 40;
const TALL = 48;
const CARD = 76;
/** Of a card, for each column that was chosen besides. */
const LINE = 22;
/** Rows before the end at which more are asked for. */
const AHEAD = 40;

export function DataTable<Row>(props: Props<Row>) {
  const { rows, rowKey, isLoading, error, empty, loadMore, onView, isTall = false } = props;
  const { t } = useTranslation();
  const isNarrow = useNarrow();
  // A card has what a reader needs; what they chose besides stands below it.
  const extras = isNarrow ? props.columns.filter((column) => column.isExtra) : [];
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? CARD + extras.length * LINE : isTall ? TALL : ROW),
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights change with the layout only
  useEffect(() => virtual.measure(), [isNarrow, extras.length]);

  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onView?.(first, last + AHEAD), [first, last, onView]);
  useEffect(() => {
    if (loadMore && last >= rows.length - AHEAD) {
      loadMore();
    }
  }, [last, rows.length, loadMore]);

  const tracks = props.columns.map((column) => column.width).join(" ");
  if (error && rows.length === 0) {
    return <FailedMessage error={error} {...(props.retry && { retry: props.retry })} />;
  }
  if (!isLoading && rows.length === 0) {
    return <>{empty}</>;
  }
  return (
    <>
      {isNarrow && <SortChoice {...props} />}
      <div
        ref={scroller}
        className={classes.scroller}
        onKeyDown={(event) => moveBetweenRows(event, (index) => virtual.scrollToIndex(index))}
      >
        <div
          role="table"
          aria-label={props.label}
          aria-rowcount={(props.total ?? rows.length) + 1}
          aria-busy={isLoading}
          className={classes.table}
          style={{ "--tracks": tracks } as CSSProperties}
          data-narrow={isNarrow || undefined}
        >
          <Head {...props} isNarrow={isNarrow} />
          <div role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              return row === undefined ? null : (
                <div
                  key={item.key}
                  role="row"
                  aria-rowindex={item.index + 2}
                  data-index={item.index}
                  className={classes.row}
                  style={{ height: item.size, transform: `translateY(${item.start}px)` }}
                >
                  {isNarrow ? (
                    <div role="cell" className={classes.card}>
                      {props.card(row)}
                      {extras.map((column) => (
                        <span key={column.id} className={classes.extra}>
                          <span className={classes.extraName}>{column.header}</span>
                          {column.cell(row)}
                        </span>
                      ))}
                    </div>
                  ) : (
                    props.columns.map((column) => (
                      <Cell key={column.id} column={column as Column<unknown>} row={row} />
                    ))
                  )}
                </div>
              );
            })}
          </div>
          {isLoading && rows.length === 0 && <Placeholder />}
        </div>
        {loadMore && rows.length > 0 && (
          <div className={classes.more} role="status">
            <Loader size="xs" />
            {t("table.more_rows")}
          </div>
        )}
      </div>
    </>
  );
}

/** Drawn again only for another row or another way to draw it. */
const Cell = memo(function Cell({ column, row }: { column: Column<unknown>; row: unknown }) {
  return (
    <div role="cell" className={classes.cell}>
      {column.cell(row)}
    </div>
  );
});

/** The order, where there is no head of a column to press. */
function SortChoice<Row>({ columns, sort, onSort }: Props<Row>) {
  const { t } = useTranslation();
  const orders = columns.flatMap(({ sort: value, header }) =>
    value === undefined ? [] : [{ value, label: t("table.sorted_by", { column: header }) }],
  );
  if (!onSort || orders.length === 0) {
    return null;
  }
  return (
    <Select
      aria-label={t("table.sort")}
      data={orders}
      value={sort ?? null}
      onChange={(value) => value && onSort(value)}
      allowDeselect={false}
      className={classes.sort}
    />
  );
}

function Head<Row>({
  columns,
  sort,
  onSort,
  onSortAhead,
  isNarrow,
}: Props<Row> & { isNarrow: boolean }) {
  const intent = useIntent();
  return (
    <div role="rowgroup" className={classes.head}>
      <div role="row" aria-rowindex={1} className={classes.headRow}>
        {columns.map((column) => {
          const isSorted = column.sort !== undefined && column.sort === sort;
          return (
            <div
              key={column.id}
              role="columnheader"
              aria-sort={isSorted ? "ascending" : undefined}
              className={classes.headCell}
            >
              {column.sort !== undefined && onSort && !isNarrow ? (
                <button
                  type="button"
                  onClick={() => onSort(column.sort ?? "")}
                  {...intent(() => onSortAhead?.(column.sort ?? ""))}
                >
                  {column.header}
                  {isSorted && <IconArrowDown size={13} aria-hidden="true" />}
                </button>
              ) : (
                (column.head ?? column.header)
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Placeholder() {
  const { t } = useTranslation();
  return (
    <div role="row" className={classes.placeholder}>
      <div role="cell">
        <span className="only-read-aloud">{t("loading")}</span>
        {Array.from({ length: 12 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: these rows are all the same
          <Skeleton key={index} height={12} my={16} width={`${96 - ((index * 17) % 40)}%`} />
        ))}
      </div>
    </div>
  );
}

/** Arrow keys go from one row's link to the next one's. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>, show: (index: number) => void): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const row = event.target instanceof Element && event.target.closest<HTMLElement>("[data-index]");
  if (step === 0 || !row) {
    return;
  }
  const index = Number(row.dataset.index) + step;
  const table = event.currentTarget;
  const focus = (): boolean => {
    const link = table.querySelector<HTMLElement>(`[data-index="${index}"] a`);
    link?.focus();
    return Boolean(link);
  };
  event.preventDefault();
  show(index);
  if (!focus()) {
    requestAnimationFrame(focus);
  }
}
