// Which list of Apple's feed is shown, as it stands in the address.

import type { ListName } from "./queries";

export const lists: ListName[] = ["macos", "ios", "visionos"];

export function releaseSearch(raw: Record<string, unknown>): { list?: ListName } {
  const list = lists.find((one) => one === raw.list);
  return list ? { list } : {};
}
