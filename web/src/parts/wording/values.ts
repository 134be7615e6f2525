// What is put into the words of a sentence: the server gives days and times as numbers, and the
// page shows them as its reader writes them. Times are by the device's clock, and the texts say so.

import { inert } from "../inert";
import { day, onDevice } from "../time";

const DEVICE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

export function valueText(value: string, language: string): string {
  if (DEVICE_TIME.test(value)) {
    return onDevice(value, { language });
  }
  return DAY.test(value) ? day(value, { language }) : inert(value);
}

/** The values as they are read. */
export function valuesText(
  values: Record<string, string>,
  language: string,
): Record<string, string> {
  const texts = Object.entries(values).map(([name, value]) => [name, valueText(value, language)]);
  return Object.fromEntries(texts);
}
