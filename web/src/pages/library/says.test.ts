import i18next from "i18next";
import { beforeAll, expect, test } from "vitest";
import { de } from "../../texts/de";
import { en } from "../../texts/en";
import { draftOf, newManagedOs, newUpdateSettings, settingsOf } from "./draft";
import { fieldName, fieldSays, type Words } from "./says";

beforeAll(async () => {
  const resources = { en, de };
  await i18next.init({ resources, lng: "en", interpolation: { escapeValue: false } });
});

function says(field: string, value: unknown, language = "en"): string {
  const t = i18next.getFixedT(language, ["library", "common", "rules"]) as unknown as Words;
  return fieldSays(t, field, value, language);
}

const ring = (value: string) => ({
  name: "Pilot",
  offset_days: 3,
  condition: { test: { field: "tag", operator: "is", value } },
});

test("a ring says whom it is for, so that another rule is another text", () => {
  expect(says("rings", [ring("IT"), { ...ring("lab"), offset_days: 1 }])).toBe(
    "Pilot (Tag is “IT”): 3 days later; Pilot (Tag is “lab”): 1 day later",
  );
  expect(says("rings", [])).toBe("not set");
});

test("windows say when they are, and whose time that is", () => {
  const freeze = {
    name: "Exams",
    from_local: "2026-12-20T00:00:00",
    until_local: "2027-01-07T06:30:00",
  };
  expect(says("freeze_windows", [freeze])).toBe(
    "Exams: 20 Dec 2026, 00:00 to 7 Jan 2027, 06:30 (device time)",
  );
  const window = { days: ["saturday", "sunday"], from: "22:00:00", until: "04:00:00" };
  expect(says("maintenance_windows", [window])).toBe("Sat, Sun 22:00 to 04:00 (device time)");
  expect(says("maintenance_windows", [window], "de")).toBe("Sa, So 22:00 bis 04:00 (Gerätezeit)");
});

test("the halt rule and the update settings are in words", () => {
  expect(says("ring_halt", { percent: 2, devices: 3 })).toBe(
    "More than 2 % of a ring, and at least 3 devices",
  );
  expect(says("download", "always_off")).toBe("Always off");
  expect(says("recommended_cadence", "oldest")).toBe("The oldest");
  expect(says("bsi_removable", false)).toBe("No");
  expect(says("notifications", null)).toBe("Left to the device");
});

test("every field of both kinds of items has a name in every language", () => {
  const both = [newManagedOs("macos", 26, "A"), newUpdateSettings("B")];
  const fields = both.flatMap((one) => Object.keys(settingsOf(draftOf(one))));
  for (const language of ["en", "de"]) {
    const t = i18next.getFixedT(language, ["library", "common"]) as unknown as Words;
    for (const field of fields.filter((one) => one !== "type")) {
      expect(fieldName(t, field), field).not.toBe(field.replaceAll("_", " "));
    }
  }
});
