// What stands in front of the app: a card on an empty page.

import type { ReactNode } from "react";
import { usePageTitle } from "../../parts/PageHeader";
import { Logo } from "../../shell/Logo";
import classes from "./Door.module.css";

export function Door({ title, children }: { title: string; children: ReactNode }) {
  usePageTitle(title);
  return (
    <main className={classes.door}>
      <div className={classes.card}>
        <Logo />
        <h1 className={classes.title}>{title}</h1>
        {children}
      </div>
    </main>
  );
}
