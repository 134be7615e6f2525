// Which exemptions are in force.

/** The time zone in which a day ends last is this much behind UTC. */
const LAST_ZONE = 12 * 3_600_000;

/** Whether a device's day is over wherever the device may be. */
export function isOver(day: string, now: string): boolean {
  return day < new Date(new Date(now).getTime() - LAST_ZONE).toISOString().slice(0, 10);
}
