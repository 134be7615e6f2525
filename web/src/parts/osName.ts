// Apple's names of its releases.

import type { PlatformName } from "./Platform";

const MACOS: Record<number, string> = {
  11: "Big Sur",
  12: "Monterey",
  13: "Ventura",
  14: "Sonoma",
  15: "Sequoia",
  26: "Tahoe",
};

const PLATFORMS: Record<PlatformName, string> = {
  macos: "macOS",
  ios: "iOS",
  ipados: "iPadOS",
  tvos: "tvOS",
  visionos: "visionOS",
};

/** "macOS Tahoe 26", "iOS 18". */
export function osName(platform: PlatformName, major: number): string {
  const name = platform === "macos" ? MACOS[major] : undefined;
  return [PLATFORMS[platform], name, major].filter(Boolean).join(" ");
}
