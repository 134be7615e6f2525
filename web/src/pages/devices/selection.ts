// Which devices of the list are chosen to act on: some, or all that the filters let through.

import { useCallback, useMemo, useState } from "react";
import type { Device } from "./queries";
import type { DeviceSearch } from "./search";

export interface Selection {
  /** How many, as far as it is known. */
  count: number;
  isAll: boolean;
  /** Whether everything that is loaded is chosen. */
  isEvery: boolean;
  ids: ReadonlySet<string>;
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  /** Chooses what is loaded, or nothing where all of that is chosen. */
  toggleShown: () => void;
  selectAll: () => void;
  clear: () => void;
}

const NONE: ReadonlySet<string> = new Set();

/** The selection goes with the filters: other filters, nothing chosen. */
export function useSelection(search: DeviceSearch, rows: Device[], total: number): Selection {
  const { sort: _, ...filters } = search;
  const of = JSON.stringify(filters);
  const [state, setState] = useState({ of, ids: NONE, isAll: false });
  const { ids, isAll } = state.of === of ? state : { ids: NONE, isAll: false };
  const set = useCallback(
    (ids: ReadonlySet<string>, isAll = false) => setState({ of, ids, isAll }),
    [of],
  );
  return useMemo(() => {
    const shown = () => new Set(rows.map(({ id }) => id));
    const isEvery = rows.length > 0 && (isAll || rows.every(({ id }) => ids.has(id)));
    return {
      count: isAll ? total : ids.size,
      isAll,
      isEvery,
      ids,
      has: (id) => isAll || ids.has(id),
      toggle: (id) => {
        const next = new Set(isAll ? shown() : ids);
        if (!next.delete(id)) {
          next.add(id);
        }
        set(next);
      },
      toggleShown: () => set(isEvery ? NONE : shown()),
      selectAll: () => set(NONE, true),
      clear: () => set(NONE),
    };
  }, [ids, isAll, rows, set, total]);
}
