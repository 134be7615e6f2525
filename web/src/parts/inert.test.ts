import { expect, test } from "vitest";
import { inert } from "./inert";

test("what turns or hides text becomes visible", () => {
  expect(inert("gpj.\u202eexe")).toBe("gpj.□exe");
  expect(inert("a\u0000b\u200bc\nd")).toBe("a□b□c□d");
});

test("names in any script stay as they are", () => {
  for (const name of ["Lena’s MacBook", "مكتب", "会議室 iPad", "Zoë & <b>Tom</b>", "🖥️ Studio"]) {
    expect(inert(name)).toBe(name);
  }
});
