import { expect, test } from "vitest";
import { deviceSearch } from "./search";

test("only known filters with known values are read", () => {
  const raw = { search: " lena ", platform: "macos", status: "<script>", sort: "rowid", other: 1 };
  expect(deviceSearch(raw)).toEqual({ search: "lena", platform: "macos" });
});

test("versions stay text, and switches switches", () => {
  expect(
    deviceSearch({ os_version: 26.3, overdue: true, supervised: false, meets_floor: "yes" }),
  ).toEqual({
    os_version: "26.3",
    overdue: true,
    supervised: false,
  });
});
