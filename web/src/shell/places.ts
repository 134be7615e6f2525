// What the sidebar shows, in its order.

import {
  IconBooks,
  IconDevices,
  IconHistory,
  IconHome,
  IconLayoutGrid,
  IconPackage,
  IconSettings,
  IconUserPlus,
  type TablerIcon,
} from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";

export type PlaceName =
  | "home"
  | "releases"
  | "library"
  | "blueprints"
  | "devices"
  | "enrollment"
  | "activity"
  | "settings";

export interface Place {
  name: PlaceName;
  to: NonNullable<LinkProps["to"]>;
}

/** Only pages that are there. */
export const places: Place[] = [
  { name: "releases", to: "/releases" },
  { name: "devices", to: "/devices" },
  { name: "enrollment", to: "/enrollment" },
];

export const icons: Record<PlaceName, TablerIcon> = {
  home: IconHome,
  releases: IconPackage,
  library: IconBooks,
  blueprints: IconLayoutGrid,
  devices: IconDevices,
  enrollment: IconUserPlus,
  activity: IconHistory,
  settings: IconSettings,
};
