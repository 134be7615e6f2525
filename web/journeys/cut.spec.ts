// The look for words that cannot be read finds them, and nothing where all can be read.

import { cutWords } from "./cut";
import { expect, test } from "./rig";

const page = (style: string, text: string) =>
  `<!doctype html><style>div { width: 4rem; font: 16px/20px sans-serif; ${style} }</style>
  <div>${text}</div>`;

for (const { name, style, finds } of [
  {
    name: "cut at its side",
    style: "overflow: hidden; white-space: nowrap",
    finds: /^cut by \d+px:/,
  },
  { name: "cut from below", style: "overflow: hidden; height: 1.5rem", finds: /from below/ },
  { name: "beside the window", style: "position: relative; left: -3rem", finds: /^beside/ },
  { name: "wider than the window", style: "width: 9999px", finds: /wider than the window/ },
  { name: "over each other", style: "line-height: 4px", finds: /^over each other/ },
]) {
  test(`text ${name} is found`, async ({ page: tab }) => {
    await tab.setContent(page(style, "words <b>that nobody</b> can <i>read here</i> at all"));
    expect((await cutWords(tab)).join("\n")).toMatch(new RegExp(finds.source, "m"));
  });
}

test("broken word of a title is found", async ({ page: tab }) => {
  await tab.setContent('<h1 style="width: 2rem; overflow-wrap: anywhere">Tahoe</h1>');
  expect((await cutWords(tab)).join("\n")).toContain('broken word "Tahoe"');
});

test("text under a sheet is left alone, and not under one that shows it", async ({ page: tab }) => {
  const sheet = (background: string) =>
    `<p style="position: absolute; z-index: 1; top: 8px; margin: 0; background: ${background}">over</p>`;
  await tab.setContent(page("", "under") + sheet("white"));
  expect(await cutWords(tab)).toEqual([]);
  await tab.setContent(page("", "under") + sheet("transparent"));
  expect((await cutWords(tab)).join("\n")).toContain("over each other");
});

test("text under a bar that stays is left alone, wherever it stays itself", async ({
  page: tab,
}) => {
  const stays = (style: string, text: string) =>
    `<div style="position: sticky; width: 9rem; ${style}">${text}</div>`;
  const both = stays("bottom: 0", "above") + stays("top: 0; margin-top: -20px", "below");
  await tab.setContent(page("", "") + both);
  expect(await cutWords(tab)).toEqual([]);
  await tab.setContent(page("", "") + stays("", 'above<p style="margin: -20px 0">below</p>'));
  expect((await cutWords(tab)).join("\n")).toContain("over each other");
});

test("words of a map's cards are looked at", async ({ page: tab }) => {
  const card = (style: string, name: string, zoom = 1) =>
    `<!doctype html><div class="react-flow" style="overflow: hidden">
    <div class="react-flow__node" style="width: 8rem; font: 16px/20px sans-serif;
      transform: scale(${zoom})"><div style="${style}" ${name}>a word that is somewhat longer</div>
    </div></div>`;
  const short = "overflow: hidden; white-space: nowrap; text-overflow: ellipsis";
  for (const { html, finds } of [
    { html: card(short, ""), finds: "cut by" },
    { html: card("white-space: nowrap", ""), finds: "outside its card" },
    { html: card("", "", 0.5), finds: "8.0px small" },
  ]) {
    await tab.setContent(html);
    expect((await cutWords(tab)).join("\n")).toContain(finds);
  }
  for (const html of [card(short, 'title="All of it"'), card("", "")]) {
    await tab.setContent(html);
    expect(await cutWords(tab)).toEqual([]);
  }
});

test("text that can be read, or ends with an ellipsis, is left alone", async ({ page: tab }) => {
  await tab.setContent(page("", "short"));
  expect(await cutWords(tab)).toEqual([]);
  const meant = "overflow: hidden; white-space: nowrap; text-overflow: ellipsis";
  await tab.setContent(page(meant, "words that nobody can read here at all"));
  expect(await cutWords(tab)).toEqual([]);
});
