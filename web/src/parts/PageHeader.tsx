// The top of a page: its title, which is the window's as well, and what can be done.

import { type ReactNode, useEffect } from "react";
import classes from "./PageHeader.module.css";

interface Props {
  title: string;
  /** What the window says, where the title alone would not tell. */
  windowTitle?: string;
  above?: ReactNode;
  beside?: ReactNode;
  children?: ReactNode;
}

export function PageHeader({ title, windowTitle, above, beside, children }: Props) {
  usePageTitle(windowTitle ?? title);
  return (
    <header className={classes.header}>
      {above}
      <div className={classes.line}>
        <h1 className={classes.title}>
          <bdi>{title}</bdi>
        </h1>
        {beside}
      </div>
      {children}
    </header>
  );
}

export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Macadam`;
  }, [title]);
}
