// Above a page's title: the list that the page belongs to.

import { IconArrowLeft } from "@tabler/icons-react";
import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import classes from "./BackLink.module.css";

export const BackLink = createLink(({ children, ...props }: ComponentProps<"a">) => (
  <a {...props} className={classes.back}>
    <IconArrowLeft size={14} aria-hidden="true" /> {children}
  </a>
));
