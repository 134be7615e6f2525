// Where each release stands on the plot: time to the right, one lane for each major.

import type { Release } from "./queries";

export interface Lane {
  major: string;
  y: number;
}

export interface Mark {
  release: Release;
  x: number;
  y: number;
}

export interface Month {
  /** The first of a month, as `2026-02-01`. */
  date: string;
  x: number;
}

export interface Plot {
  lanes: Lane[];
  marks: Mark[];
  months: Month[];
  now: number;
  height: number;
}

export interface Frame {
  width: number;
  /** The day the plot ends with, as `2026-02-25`. */
  today: string;
  months: number;
}

const LEFT = 44;
const RIGHT = 16;
const TOP = 26;
const LANE = 30;

const dayOf = (date: string) => new Date(`${date}T00:00:00Z`).getTime() / 86_400_000;

/** The releases of the last months; majors without any in them have no lane. */
export function plotOf(releases: Release[], { width, today, months }: Frame): Plot {
  const end = new Date(`${today}T00:00:00Z`);
  const first = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - months, 1));
  const start = dayOf(first.toISOString().slice(0, 10));
  const days = dayOf(today) - start;
  const x = (date: string) => LEFT + ((dayOf(date) - start) / days) * (width - LEFT - RIGHT);
  const recent = releases.filter(
    ({ released_on: date }) => dayOf(date) >= start && dayOf(date) <= dayOf(today),
  );
  const majors = [...new Set(recent.map(majorOf))].sort((a, b) => Number(b) - Number(a));
  const y = (major: string) => TOP + majors.indexOf(major) * LANE + LANE / 2;
  return {
    lanes: majors.map((major) => ({ major, y: y(major) })),
    marks: recent.map((release) => ({
      release,
      x: x(release.released_on),
      y: y(majorOf(release)),
    })),
    months: Array.from({ length: months + 1 }, (_, index) => {
      const month = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + index, 1));
      const date = month.toISOString().slice(0, 10);
      return { date, x: x(date) };
    }),
    now: width - RIGHT,
    height: TOP + majors.length * LANE + 8,
  };
}

/** The major a release belongs to: `26` of `26.3.1 (a)`. */
export function majorOf({ version }: Pick<Release, "version">): string {
  return version.split(".")[0] ?? version;
}
