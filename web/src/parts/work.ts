// Long work on many things, done part by part while one looks at something else.

import { useSyncExternalStore } from "react";

/** What was left out, and why, in words. */
export interface LeftOut {
  reason: string;
  count: number;
}

export interface Work {
  id: number;
  title: string;
  total: number;
  done: number;
  leftOut: LeftOut[];
  state: "running" | "stopped" | "finished" | "failed";
  /** Why it ended before its end. */
  why?: string;
}

/** What came of one part. */
export interface Part {
  done: number;
  leftOut: LeftOut[];
}

interface Wish<Row> {
  title: string;
  rows: Row[];
  atOnce: number;
  act: (rows: Row[], index: number) => Promise<Part>;
  words: (error: unknown) => string;
}

/** Works that have ended are kept until somebody has read them, but no more than this many. */
const KEPT = 5;

let works: readonly Work[] = [];
const watchers = new Set<() => void>();
let next = 1;

function set(id: number, change: (work: Work) => Work): void {
  works = works.map((work) => (work.id === id ? change(work) : work));
  tell();
}

function tell(): void {
  for (const watcher of watchers) {
    watcher();
  }
}

/** Begins, and goes on wherever one goes in the app. */
export async function begin<Row>({ title, rows, atOnce, act, words }: Wish<Row>): Promise<void> {
  const id = next;
  next += 1;
  const work: Work = { id, title, total: rows.length, done: 0, leftOut: [], state: "running" };
  works = [...works.slice(1 - KEPT), work];
  tell();
  window.addEventListener("beforeunload", ask);
  try {
    for (let from = 0; from < rows.length && stateOf(id) === "running"; from += atOnce) {
      const part = await act(rows.slice(from, from + atOnce), from / atOnce);
      set(id, (work) => ({
        ...work,
        done: work.done + part.done,
        leftOut: together(work.leftOut, part.leftOut),
      }));
    }
    set(id, (work) => (work.state === "running" ? { ...work, state: "finished" } : work));
  } catch (error) {
    set(id, (work) => ({ ...work, state: "failed", why: words(error) }));
  }
  if (works.every(({ state }) => state !== "running")) {
    window.removeEventListener("beforeunload", ask);
  }
}

/** What is running ends after its present part. */
export function stop(id: number): void {
  set(id, (work) => (work.state === "running" ? { ...work, state: "stopped" } : work));
}

export function dismiss(id: number): void {
  works = works.filter((work) => work.id !== id);
  tell();
}

export function useWorks(): readonly Work[] {
  return useSyncExternalStore(watch, () => works);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function stateOf(id: number): Work["state"] | undefined {
  return works.find((work) => work.id === id)?.state;
}

/** The browser asks before it closes the window that the work is done in. */
function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Adds the counts of equal reasons up. */
export function together(one: LeftOut[], other: LeftOut[]): LeftOut[] {
  const counts = new Map<string, number>();
  for (const { reason, count } of [...one, ...other]) {
    counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  return [...counts].map(([reason, count]) => ({ reason, count }));
}
