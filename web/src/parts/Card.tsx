// A titled part of a page.

import { type ReactNode, useId } from "react";
import classes from "./Card.module.css";

interface Props {
  title: string;
  beside?: ReactNode;
  /** By which an address leads to it. */
  id?: string;
  children: ReactNode;
}

export function Card({ title, beside, id, children }: Props) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} id={id} className={classes.card}>
      <div className={classes.head}>
        <h2 id={titleId} className={classes.title}>
          {title}
        </h2>
        {beside}
      </div>
      {children}
    </section>
  );
}
