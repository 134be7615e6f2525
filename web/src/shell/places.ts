// What the sidebar shows, in its order.

import {
  IconBooks,
  IconChartHistogram,
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
import type { Schemas } from "../api/client";

export type PlaceName =
  | "home"
  | "releases"
  | "library"
  | "blueprints"
  | "devices"
  | "backtest"
  | "enrollment"
  | "activity"
  | "settings";

export interface Place {
  name: PlaceName;
  to: NonNullable<LinkProps["to"]>;
  /** Without it the page would only say that it may not be seen. */
  needs?: Schemas["Permission"];
}

/** Only pages that are there. */
export const places: Place[] = [
  { name: "home", to: "/" },
  { name: "releases", to: "/releases" },
  { name: "library", to: "/library" },
  { name: "blueprints", to: "/blueprints" },
  { name: "devices", to: "/devices" },
  { name: "backtest", to: "/backtest" },
  { name: "enrollment", to: "/enrollment" },
  { name: "activity", to: "/activity", needs: "read_audit" },
  { name: "settings", to: "/settings" },
];

export const icons: Record<PlaceName, TablerIcon> = {
  home: IconHome,
  releases: IconPackage,
  library: IconBooks,
  blueprints: IconLayoutGrid,
  devices: IconDevices,
  backtest: IconChartHistogram,
  enrollment: IconUserPlus,
  activity: IconHistory,
  settings: IconSettings,
};
