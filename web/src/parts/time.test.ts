import { expect, test } from "vitest";
import { day, distance, onDevice, utc, yours } from "./time";

const en = { language: "en", zone: "America/New_York" };

test("one moment reads differently on each clock", () => {
  expect(yours("2026-03-10T13:30:00Z", en)).toBe("10 Mar 2026, 09:30");
  expect(utc("2026-03-10T13:30:00Z", en)).toBe("10 Mar 2026, 13:30");
  expect(yours("2026-03-10T13:30:00Z", { ...en, language: "de" })).toBe("10. März 2026, 09:30");
});

test("a device's time never moves, whoever reads it", () => {
  for (const zone of ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"]) {
    expect(onDevice("2026-03-29T02:30:00", { ...en, zone })).toBe("29 Mar 2026, 02:30");
  }
});

test("days are days everywhere", () => {
  expect(day("2026-02-11", en)).toBe("11 Feb 2026");
});

test("distances are rounded towards now", () => {
  const from = "2026-02-11T12:00:00Z";
  expect(distance(from, "2026-02-11T12:00:20Z", en)).toBe("this minute");
  expect(distance(from, "2026-02-11T10:30:00Z", en)).toBe("1 hour ago");
  expect(distance(from, "2026-02-13T11:00:00Z", en)).toBe("tomorrow");
  expect(distance(from, "2026-02-25T12:00:00Z", en)).toBe("in 2 weeks");
});
