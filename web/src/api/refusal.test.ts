import { readFileSync } from "node:fs";
import i18next from "i18next";
import { beforeAll, expect, test } from "vitest";
import { de } from "../texts/de";
import { en } from "../texts/en";
import { detailsInWords, refusalInWords } from "./refusal";

beforeAll(async () => {
  await i18next.init({
    lng: "de",
    resources: { en: { wording: en.wording }, de: { wording: de.wording } },
    interpolation: { escapeValue: false },
  });
});

const source = (path: string) =>
  readFileSync(new URL(`../../../crates/${path}`, import.meta.url), "utf8");

/** Every stable name that a problem with a field can have. */
function codes(): string[] {
  const rules = [...source("macadam-policy/src/problems.rs").matchAll(/=> "([a-z_]+)",/g)];
  const common = ["length", "too_long", "out_of_range", "unknown"];
  return [...rules.map(([, code = ""]) => code), ...common];
}

test("what is wrong with a field is said in the reader's language", () => {
  expect(codes().length).toBeGreaterThan(20);
  for (const code of codes()) {
    const [detail] = detailsInWords([
      { field: "name", message: "FALLBACK", wording: { code, values: { low: "1", high: "9" } } },
    ]);
    expect(detail?.message, code).not.toContain("FALLBACK");
  }
  const range = { code: "out_of_range", values: { low: "1", high: "90" } };
  const [detail] = detailsInWords([{ field: "days", message: "FALLBACK", wording: range }]);
  expect(detail?.message).toBe("Muss zwischen 1 und 90 liegen.");
});

test("what has no text keeps the server's words", () => {
  const [detail] = detailsInWords([{ field: "name", message: "is odd", wording: null }]);
  expect(detail?.message).toBe("is odd");
  expect(refusalInWords("a_code_of_tomorrow", "something new")).toBe("Something new.");
});

test("every refusal has a text, which English readers do not need", async () => {
  const errors = source("macadam-api/src/problem.rs").split("pub enum ErrorCode")[1] ?? "";
  const variants = errors
    .slice(0, errors.indexOf("/// A code that this version"))
    .match(/^ {4}[A-Z]\w+/gm);
  const names = (variants ?? []).map((name) =>
    name
      .trim()
      .replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`)
      .toLowerCase(),
  );
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    expect(refusalInWords(name, "FALLBACK"), name).not.toContain("FALLBACK");
  }
  await i18next.changeLanguage("en");
  expect(refusalInWords("in_use", "a blueprint assigns it")).toBe("a blueprint assigns it");
  await i18next.changeLanguage("de");
});
