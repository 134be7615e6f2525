// A titled part of a page.

import { type ReactNode, useId } from "react";
import classes from "./Card.module.css";

interface Props {
  title: string;
  beside?: ReactNode;
  children: ReactNode;
}

export function Card({ title, beside, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes.card}>
      <div className={classes.head}>
        <h2 id={id} className={classes.title}>
          {title}
        </h2>
        {beside}
      </div>
      {children}
    </section>
  );
}
