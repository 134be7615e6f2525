import { readFileSync } from "node:fs";
import { createInstance, type TFunction } from "i18next";
import { expect, test } from "vitest";
import { de } from "../../texts/de";
import { en } from "../../texts/en";
import { said } from "./said";

const policy = new URL("../../../../crates/macadam-policy/src/", import.meta.url);

/** Every code that the decision's own sentences have. */
function codes(): string[] {
  const source = readFileSync(new URL("trace/sentence.rs", policy), "utf8");
  return [...source.matchAll(/Self::\w+(?: \{ \.\. \}|\(_\))? => "([a-z_]+)",/g)].map(
    ([, code = ""]) => code,
  );
}

async function texts(language: "en" | "de"): Promise<TFunction<"wording">> {
  const i18n = createInstance();
  await i18n.init({
    lng: language,
    resources: { en: { wording: en.wording }, de: { wording: de.wording } },
    interpolation: { escapeValue: false },
  });
  return i18n.getFixedT(language, "wording") as TFunction<"wording">;
}

/** Every code of what would change an outcome. */
function changes(): string[] {
  const server = new URL("../../../../crates/macadam-server/src/app/", import.meta.url);
  const source = readFileSync(new URL("explanations.rs", server), "utf8");
  return [...source.matchAll(/Change::new\(\s*"([a-z_]+)"/g)].map(([, code = ""]) => code);
}

const GROUPED = {
  not_manageable: { why: "not_supervised" },
  release_obliges: { basis: "released" },
  floor_not_installable: { why: "held" },
  nothing_installable: { why: "held" },
  kept_while_at_work: { state: "installing" },
  delivered_by: { mechanism: "ddm" },
};

test("every rule of a decision has a text in every language", async () => {
  expect(codes().length).toBeGreaterThan(50);
  for (const language of ["en", "de"] as const) {
    const t = await texts(language);
    for (const code of codes()) {
      const values = GROUPED[code as keyof typeof GROUPED] ?? {};
      const text = said(t, { wording: { code, values }, fallback: "FALLBACK", language });
      expect(text, code).not.toContain("FALLBACK");
    }
  }
});

test("everything that would change an outcome has a text in every language", async () => {
  expect(changes().length).toBeGreaterThan(10);
  const why = { suspended: "halted", not_offered: "held", not_manageable: "not_supervised" };
  for (const language of ["en", "de"] as const) {
    const t = await texts(language);
    for (const change of changes()) {
      const wording = {
        code: `remedy.${change}`,
        values: { why: why[change as keyof typeof why] ?? "" },
      };
      expect(said(t, { wording, fallback: "FALLBACK", language }), change).not.toBe("Fallback.");
    }
  }
});

test("times are the device's, in the reader's language", async () => {
  const values = { version: "26.3", due: "2026-02-12T12:30:00" };
  const wording = { code: "install", values };
  const english = { wording, fallback: "", language: "en" };
  expect(said(await texts("en"), english)).toBe("26.3 by 12 Feb 2026, 12:30 (device time)");
  const german = { wording, fallback: "", language: "de" };
  expect(said(await texts("de"), german)).toBe("26.3 bis 12. Feb. 2026, 12:30 (Gerätezeit)");
});

test("what has no text is shown as the server said it", async () => {
  const t = await texts("en");
  const shown = (code: string, values = {}) =>
    said(t, { wording: { code, values }, fallback: "something new", language: "en" });
  expect(shown("a_rule_of_tomorrow")).toBe("Something new.");
  expect(shown("unresolved", { why: "a_reason_of_tomorrow" })).toBe("Something new.");
  expect(shown("fleet")).toBe("Something new.");
  expect(shown("__proto__")).toBe("Something new.");
  expect(shown("install_failed", { count: "3" })).toBe("The device failed to install 3 times.");
});
