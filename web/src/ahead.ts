// What a page asks for first, begun before the page is there: when its link is pointed at, and at
// the latest together with its code. Nothing waits for an answer here, and the page says what failed.

import type { QueryClient } from "@tanstack/react-query";
import { longListQuery } from "./api/longList";
import {
  deviceCountsQuery,
  deviceQuery,
  devicesList,
  explanationQuery,
  timelineQuery,
} from "./pages/devices/queries";
import type { DeviceSearch, DeviceTab } from "./pages/devices/search";
import { mostUsed } from "./pages/home/platform";
import { summaryQuery, versionSharesQuery } from "./pages/home/queries";
import { lookBack } from "./pages/home/visit";
import { itemCountsQuery, itemQuery, statusFilters } from "./pages/library/queries";
import type { ItemSearch } from "./pages/library/search";

export function homeAhead(client: QueryClient): void {
  void client.prefetchQuery(summaryQuery(lookBack()));
  const platform = mostUsed();
  if (platform) {
    void client.prefetchQuery(versionSharesQuery(platform));
  }
}

export function devicesAhead(client: QueryClient, search: DeviceSearch): void {
  void client.prefetchInfiniteQuery(longListQuery(devicesList(search)));
  // Other devices of the same count have no other numbers.
  const counts = deviceCountsQuery(search);
  if (client.getQueryData(counts.queryKey) === undefined) {
    void client.prefetchQuery(counts);
  }
}

export function deviceAhead(client: QueryClient, id: string, tab: DeviceTab = "os"): void {
  void client.prefetchQuery(deviceQuery(id));
  if (tab === "os") {
    void client.prefetchQuery(explanationQuery(id));
    void client.prefetchQuery(timelineQuery(id));
  }
}

export async function itemAhead(
  client: QueryClient,
  id: string,
  search: ItemSearch,
): Promise<void> {
  const known = client.ensureQueryData(itemQuery(id)).catch(() => undefined);
  if (search.tab !== "status") {
    return;
  }
  const item = await known;
  if (item) {
    const { counted, listed } = statusFilters(item, search);
    void client.prefetchInfiniteQuery(longListQuery(devicesList(listed)));
    void client.prefetchQuery(itemCountsQuery(counted));
  }
}
