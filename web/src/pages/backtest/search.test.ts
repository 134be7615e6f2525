import { expect, test } from "vitest";
import { backtestSearch, searchOf, trial, usualPolicies, wishOf } from "./search";

const item = "0196f3a2-1111-7abc-8def-0123456789ab";

test("a link says the same when it is read again", () => {
  const wish = {
    policies: [
      { kind: "terms", within: "2w", upgrades: false, platform: "macos" },
      { kind: "terms", within: "10d", upgrades: true },
      { kind: "item", id: item },
    ],
    fleet: {
      kind: "sample",
      devices: [
        { platform: "macos", update_id: "J413AP", devices: 200 },
        { platform: "ipados", update_id: "iPad14,1", devices: 60 },
      ],
    },
    from: 2021,
    until: 2024,
  } as const;
  const search = searchOf({
    ...wish,
    policies: [...wish.policies],
    fleet: { ...wish.fleet, devices: [...wish.fleet.devices] },
  });
  expect(search.policies).toBe(`macos.2w.stay_10d_${item}`);
  expect(wishOf(backtestSearch({ ...search }), 2026)).toEqual(wish);
  const own = { policies: usualPolicies, fleet: { kind: "own", platform: "ios" } } as const;
  const short = searchOf({ ...own, policies: usualPolicies, from: 2023, until: 2026 });
  expect(wishOf(backtestSearch({ ...short }), 2026).fleet).toEqual(own.fleet);
});

test("an empty address compares a week with a month over the last years", () => {
  expect(wishOf({}, 2026)).toEqual({
    policies: usualPolicies,
    fleet: { kind: "own" },
    from: 2023,
    until: 2026,
  });
});

test("nothing of a hostile address is kept", () => {
  const canary = `"><img src=x onerror=alert(1)>`;
  for (const bad of [canary, `macos.${canary}`, "999d", "0w", "-1d", "1w1m", "__", "1e9", "4m"]) {
    expect(backtestSearch({ policies: bad })).toEqual({});
  }
  for (const bad of [canary, "own.linux", "macos.J413AP", "macos.J4.0", "macos.J4.1e9", "x.y.1"]) {
    expect(backtestSearch({ fleet: bad })).toEqual({});
  }
  for (const bad of [canary, 1999, 2101, 2023.5, Number.NaN, null, [], { a: 1 }]) {
    expect(backtestSearch({ from: bad, until: bad })).toEqual({});
  }
  expect(backtestSearch({ from: 2025, until: 2021 })).toEqual({});
  expect(backtestSearch({ policies: ["1w"], fleet: { kind: "own" } })).toEqual({});
});

test("a policy that is made like another one stays, as its letter does", () => {
  expect(backtestSearch({ policies: "1w_1w" }).policies).toBe("1w_1w");
});

test("what is too much is cut", () => {
  expect(backtestSearch({ policies: "1w_1m_2w_3w_1m_2m" }).policies).toBe("1w_1m_2w_3w");
  const many = Array.from({ length: 40 }, () => "macos.J413AP.1").join("_");
  expect(backtestSearch({ fleet: many }).fleet?.split("_")).toHaveLength(12);
});

test("terms are tried on the past beside the usual ones", () => {
  const terms = { within: "2w", platform: "macos", upgrades: false } as const;
  const search = trial(terms);
  expect(search).toEqual({
    policies: "macos.2w.stay_macos.1w.stay_macos.1m.stay",
    fleet: "own.macos",
  });
  expect(backtestSearch({ ...search })).toEqual(search);
  expect(trial({ ...terms, within: "1w" })?.policies).toBe("macos.1w.stay_macos.1m.stay");
  expect(trial({ ...terms, within: "13m" })).toBeUndefined();
});

test("years ahead end with this one", () => {
  expect(wishOf({ from: 2030, until: 2040 }, 2026)).toMatchObject({ from: 2026, until: 2026 });
});
