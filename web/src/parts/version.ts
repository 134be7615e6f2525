// OS versions as the server reads and orders them.

/** What the server reads as a version, such as 26, 26.3 or "26.3.1 (a)". */
export const VERSION = /^([1-9]\d{0,3})(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?(?: ?\(([a-z])\))?$/i;

/**
 * 26.3 is 26.3.0, before 26.3.1, its Background Security Improvement "26.3.1 (a)", and 26.10; the
 * difference of two versions is nothing where one of them is none.
 */
export function compareVersions(one: string, other: string): number | undefined {
  const [left, right] = [orderOf(one), orderOf(other)];
  if (!left || !right) {
    return undefined;
  }
  const steps = left.map((part, index) => part - (right[index] ?? 0));
  return steps.find((step) => step !== 0) ?? 0;
}

function orderOf(text: string): number[] | undefined {
  const found = VERSION.exec(text.trim());
  if (!found) {
    return undefined;
  }
  const [, major = "0", minor = "0", patch = "0", letter = ""] = found;
  return [...[major, minor, patch].map(Number), letter.toLowerCase().codePointAt(0) ?? 0];
}
