// What every card of the map knows.

import { createContext, useContext } from "react";
import type { LibraryItem } from "../../library/queries";
import type { MapNode } from "./tree";
import type { Walked } from "./walk";

export interface MapState {
  map: MapNode[];
  edit: (map: MapNode[]) => void;
  items: Map<string, LibraryItem>;
  walked: Walked | null;
  isReadOnly: boolean;
}

export const MapContext = createContext<MapState | null>(null);

export function useMap(): MapState {
  const state = useContext(MapContext);
  if (state === null) {
    throw new Error("a card of the map outside of a map");
  }
  return state;
}

/** What a dragged item is known by. */
export const DRAGGED = "application/x-macadam-item";
