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

test("versions of Background Security Improvements are versions", () => {
  const raw = { os_version: "26.3.1 (a)", target_version: "26.3 (b)", os_version_from: "26.3.1.4" };
  expect(deviceSearch(raw)).toEqual({ os_version: "26.3.1 (a)", target_version: "26.3 (b)" });
});
