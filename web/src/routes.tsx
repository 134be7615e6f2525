// Every page and its address. A page is a chunk of its own; a new one is a line here and, where
// the sidebar shows it, one in `shell/places.ts`.

import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { deviceAhead, devicesAhead, homeAhead, itemAhead } from "./ahead";
import { sessionQuery, setUpQuery } from "./api/queries";
import { auditSearch } from "./pages/activity/search";
import { backtestSearch } from "./pages/backtest/search";
import { blueprintsSearch } from "./pages/blueprints/search";
import { type DeviceTab, deviceSearch, deviceTabSearch } from "./pages/devices/search";
import { itemSearch, librarySearch, newItemSearch } from "./pages/library/search";
import { releaseSearch } from "./pages/releases/search";
import { settingsSearch } from "./pages/settings/search";
import { Shell } from "./shell/Shell";

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet });

const setUp = createRoute({
  getParentRoute: () => root,
  path: "/set-up",
  beforeLoad: async ({ context }) => {
    const { needed } = await context.queryClient.fetchQuery(setUpQuery);
    if (!needed) {
      throw redirect({ to: "/sign-in" });
    }
  },
  component: lazyRouteComponent(() => import("./pages/session/SetUpPage"), "SetUpPage"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { next?: string } =>
    typeof search.next === "string" ? { next: search.next } : {},
  beforeLoad: async ({ context }) => {
    const { needed } = await context.queryClient.fetchQuery(setUpQuery);
    if (needed) {
      throw redirect({ to: "/set-up" });
    }
  },
  component: lazyRouteComponent(() => import("./pages/session/SignInPage"), "SignInPage"),
});

/** Everything behind the door. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session === null) {
      throw redirect({ to: "/sign-in", search: { next: location.href } });
    }
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  loader: ({ context }) => homeAhead(context.queryClient),
  component: lazyRouteComponent(() => import("./pages/home/HomePage"), "HomePage"),
});

const devices = createRoute({
  getParentRoute: () => inside,
  path: "/devices",
  validateSearch: deviceSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => devicesAhead(context.queryClient, deps),
  component: lazyRouteComponent(() => import("./pages/devices/DevicesPage"), "DevicesPage"),
});

const device = createRoute({
  getParentRoute: () => inside,
  path: "/devices/$id",
  validateSearch: (raw): { tab?: DeviceTab } => deviceTabSearch(raw),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => deviceAhead(context.queryClient, params.id, deps.tab),
  component: lazyRouteComponent(() => import("./pages/devices/DevicePage"), "DevicePage"),
});

const releases = createRoute({
  getParentRoute: () => inside,
  path: "/releases",
  validateSearch: releaseSearch,
  component: lazyRouteComponent(() => import("./pages/releases/ReleasesPage"), "ReleasesPage"),
});

const release = createRoute({
  getParentRoute: () => inside,
  path: "/releases/$id",
  component: lazyRouteComponent(() => import("./pages/releases/ReleasePage"), "ReleasePage"),
});

const enrollment = createRoute({
  getParentRoute: () => inside,
  path: "/enrollment",
  component: lazyRouteComponent(
    () => import("./pages/enrollment/EnrollmentPage"),
    "EnrollmentPage",
  ),
});

const activity = createRoute({
  getParentRoute: () => inside,
  path: "/activity",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("./pages/activity/ActivityPage"), "ActivityPage"),
});

const library = createRoute({
  getParentRoute: () => inside,
  path: "/library",
  validateSearch: librarySearch,
  component: lazyRouteComponent(() => import("./pages/library/LibraryPage"), "LibraryPage"),
});

const newItem = createRoute({
  getParentRoute: () => inside,
  path: "/library/new",
  validateSearch: newItemSearch,
  component: lazyRouteComponent(() => import("./pages/library/NewItemPage"), "NewItemPage"),
});

const blueprints = createRoute({
  getParentRoute: () => inside,
  path: "/blueprints",
  validateSearch: blueprintsSearch,
  component: lazyRouteComponent(
    () => import("./pages/blueprints/BlueprintsPage"),
    "BlueprintsPage",
  ),
});

const blueprint = createRoute({
  getParentRoute: () => inside,
  path: "/blueprints/$id",
  component: lazyRouteComponent(() => import("./pages/blueprints/BlueprintPage"), "BlueprintPage"),
});

const libraryItem = createRoute({
  getParentRoute: () => inside,
  path: "/library/$id",
  validateSearch: itemSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => void itemAhead(context.queryClient, params.id, deps),
  component: lazyRouteComponent(() => import("./pages/library/ItemPage"), "ItemPage"),
});

const backtest = createRoute({
  getParentRoute: () => inside,
  path: "/backtest",
  validateSearch: backtestSearch,
  component: lazyRouteComponent(() => import("./pages/backtest/BacktestPage"), "BacktestPage"),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: "/account",
  component: lazyRouteComponent(() => import("./pages/account/AccountPage"), "AccountPage"),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  validateSearch: settingsSearch,
  component: lazyRouteComponent(() => import("./pages/settings/SettingsPage"), "SettingsPage"),
});

export const routes = root.addChildren([
  setUp,
  signIn,
  inside.addChildren([
    home,
    releases,
    release,
    library,
    newItem,
    libraryItem,
    blueprints,
    blueprint,
    devices,
    device,
    backtest,
    enrollment,
    activity,
    account,
    settings,
  ]),
]);
