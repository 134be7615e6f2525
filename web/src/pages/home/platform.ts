// The platform that most devices have, remembered so that its versions are asked for at once and
// not after the summary.

import { type PlatformName, platforms } from "../../parts/Platform";

const MOST = "macadam.home.platform";

/** The platform as of the last visit. */
export function mostUsed(): PlatformName | undefined {
  const known = localStorage.getItem(MOST);
  return platforms.find((one) => one === known);
}

export function rememberMostUsed(platform: PlatformName): void {
  localStorage.setItem(MOST, platform);
}
