// Moments as text. A time without the one whose time it is says nothing, so each function is about
// one clock: the device's, the reader's, or UTC.

export interface Style {
  language: string;
  /** The time zone of the reader. */
  zone?: string | undefined;
}

const MINUTE: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
};

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language, options);
    formats.set(key, found);
  }
  return found;
}

/** English as the rest of the world writes it: 9 Feb 2026, 14:30. */
function locale(language: string): string {
  return language === "en" ? "en-GB" : language;
}

/** A moment by the reader's clock. */
export function yours(at: string, { language, zone }: Style): string {
  return format(locale(language), { ...MINUTE, timeZone: zone }).format(new Date(at));
}

/** A moment in UTC. */
export function utc(at: string, { language }: Style): string {
  return format(locale(language), { ...MINUTE, timeZone: "UTC" }).format(new Date(at));
}

/** What a device's own clock shows: `2026-03-10T09:30:00`, wherever the device is. */
export function onDevice(local: string, { language }: Style): string {
  return format(locale(language), { ...MINUTE, timeZone: "UTC" }).format(new Date(`${local}Z`));
}

/** A day, which is nobody's moment. */
export function day(date: string, { language }: Style): string {
  const options = { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" } as const;
  return format(locale(language), options).format(new Date(`${date}T00:00:00Z`));
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How far a moment is from another: "in 3 days", "2 hours ago". */
export function distance(from: string, to: string, { language }: Style): string {
  const seconds = (new Date(to).getTime() - new Date(from).getTime()) / 1000;
  const relative = new Intl.RelativeTimeFormat(locale(language), { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) {
      return relative.format(Math.trunc(seconds / size), unit);
    }
  }
  return relative.format(0, "minute");
}
