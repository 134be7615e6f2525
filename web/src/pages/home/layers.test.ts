import { expect, test } from "vitest";
import { byAge, layersOf, type Share } from "./layers";

const share = (day: string, os_version: string, devices: number): Share => ({
  day,
  platform: "macos",
  os_version,
  devices,
});

test("newest versions have a layer each and older ones share one", () => {
  const shares = [
    share("2026-02-01", "26.3", 1),
    share("2026-02-01", "26.2", 5),
    share("2026-02-01", "15.7", 3),
    share("2026-02-01", "14.8", 2),
    share("2026-02-02", "26.3", 6),
  ];
  expect(layersOf(shares, 2)).toEqual({
    days: ["2026-02-01", "2026-02-02"],
    layers: [
      { version: null, devices: [5, 0] },
      { version: "26.2", devices: [5, 0] },
      { version: "26.3", devices: [1, 6] },
    ],
    most: 11,
  });
});

test("versions are ordered by number, not by letter", () => {
  expect(["26.10", "26.3.1", "26.3", "9.1", "26.3.1 (a)"].sort(byAge)).toEqual([
    "9.1",
    "26.3",
    "26.3.1",
    "26.3.1 (a)",
    "26.10",
  ]);
});
