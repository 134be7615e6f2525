// One part of a form: what it is about, a sentence that explains it, and its fields.

import { type ReactNode, useId } from "react";
import classes from "./Form.module.css";

interface Props {
  title: string;
  about?: ReactNode;
  beside?: ReactNode;
  children?: ReactNode;
}

export function Section({ title, about, beside, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes.section}>
      <div className={classes.sectionHead}>
        <h2 id={id} className={classes.sectionTitle}>
          {title}
        </h2>
        {beside}
      </div>
      {about && <p className={classes.about}>{about}</p>}
      {children}
    </section>
  );
}
