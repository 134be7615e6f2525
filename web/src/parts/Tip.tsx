// A tooltip that costs nothing until somebody points at what it is about: a list has hundreds.

import { Tooltip } from "@mantine/core";
import { type ReactElement, type ReactNode, useState } from "react";
import classes from "./Tip.module.css";

interface Props {
  /** Asked for only when it is shown. */
  label: () => ReactNode;
  multiline?: boolean;
  /** Nothing that takes the focus. */
  children: ReactElement;
}

export function Tip({ label, multiline = false, children }: Props) {
  const [isShown, show] = useState(false);
  return (
    <span
      className={classes.tip}
      onPointerEnter={() => show(true)}
      onPointerLeave={() => show(false)}
    >
      {isShown ? (
        <Tooltip opened multiline={multiline} label={label()}>
          {children}
        </Tooltip>
      ) : (
        children
      )}
    </span>
  );
}
