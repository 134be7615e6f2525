import { expect, test } from "vitest";
import { qrShape } from "./qr";

test("finder patterns stand in three corners", () => {
  const { size, path } = qrShape("a");
  expect(size).toBe(21);
  expect(path.startsWith("M0 0h7v1h-7z")).toBe(true);
  expect(path).toContain("M14 0h7v1h-7z");
  expect(path).toContain("M0 20h7v1h-7z");
  expect(path).not.toContain("M14 20h7v1h-7z");
});

test("key of an authenticator app fits", () => {
  const account = `${"long-name".repeat(12)}@example.org`;
  const url = `otpauth://totp/Macadam:${account}?secret=${"A".repeat(32)}&issuer=Macadam`;
  expect(qrShape(url).size).toBeLessThanOrEqual(77);
});
