// Tables as files for spreadsheets.

import { download } from "./download";

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** One cell; a text that a spreadsheet would run is kept from it by an apostrophe. */
export function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A whole file, by RFC 4180. */
export function csv(header: string[], rows: string[][]): string {
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Hands a table to the browser's downloads. */
export function downloadCsv(name: string, text: string): void {
  // The mark tells spreadsheets that the file is UTF-8.
  download(name, ["\ufeff", text], "text/csv;charset=utf-8");
}
