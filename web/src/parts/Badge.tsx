// A word in a colored field; the word says everything, the color helps to find it.

import type { ReactNode } from "react";
import classes from "./Badge.module.css";

export type Tone = "good" | "busy" | "warn" | "bad" | "quiet";

export function Badge({ tone = "quiet", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={classes.badge} data-tone={tone}>
      {children}
    </span>
  );
}
