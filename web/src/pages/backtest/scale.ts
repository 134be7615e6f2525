// Where days and values stand on a plot.

export interface Span {
  from: string;
  until: string;
}

const DAY = 86_400_000;

const dayNumber = (date: string) => new Date(`${date}T00:00:00Z`).getTime() / DAY;

/** Days to the right, from `left` to `right`. */
export function dayScale({ from, until }: Span, [left, right]: [number, number]) {
  const first = dayNumber(from);
  const days = Math.max(1, dayNumber(until) - first);
  return (date: string) => left + ((dayNumber(date) - first) / days) * (right - left);
}

/** Marks for the axis: each year, or each quarter of a short span. */
export function dayTicks({ from, until }: Span): string[] {
  const years = Number(until.slice(0, 4)) - Number(from.slice(0, 4));
  const months = years > 1 ? 12 : 3;
  const ticks: string[] = [];
  let at = new Date(`${from.slice(0, 7)}-01T00:00:00Z`);
  while (at.toISOString().slice(0, 10) <= until && ticks.length < 60) {
    const day = at.toISOString().slice(0, 10);
    if (day >= from) {
      ticks.push(day);
    }
    at = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1));
  }
  return ticks;
}

/** Labels at the ends of lines, moved apart so that none covers another. */
export function apart(ends: number[], gap: number, [top, bottom]: [number, number]): number[] {
  const order = ends.map((_, index) => index).sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0));
  const placed = [...ends];
  let least = top;
  for (const index of order) {
    placed[index] = Math.max(least, placed[index] ?? 0);
    least = (placed[index] ?? 0) + gap;
  }
  let most = bottom;
  for (const index of order.reverse()) {
    placed[index] = Math.min(most, placed[index] ?? 0);
    most = (placed[index] ?? 0) - gap;
  }
  return placed;
}
