// Numbers as text. A format is made once for each language, which takes longer than to use it.

const formats = new Map<string, Intl.NumberFormat>();

export function numberFormat(language: string): Intl.NumberFormat {
  let found = formats.get(language);
  if (!found) {
    found = new Intl.NumberFormat(language);
    formats.set(language, found);
  }
  return found;
}
