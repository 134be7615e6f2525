// A line that a phone has no room for: it is scrolled sideways, what is chosen in it stays in view,
// and an arrow at its end says that there is more.

import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useCallback, useEffect, useRef } from "react";
import classes from "./Sideways.module.css";

interface Props {
  /** Changes when something else is chosen. */
  chosen: string | undefined;
  children: ReactNode;
}

/** Of an edge that fades, in pixels. */
const FADE = 40;

export function Sideways({ chosen, children }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const line = useRef<HTMLDivElement>(null);
  // Without a state: nothing is drawn anew while a finger drags the line.
  const look = useCallback(() => {
    const { scrollLeft = 0, scrollWidth = 0, clientWidth = 0 } = line.current ?? {};
    frame.current?.toggleAttribute("data-before", scrollLeft > 1);
    frame.current?.toggleAttribute("data-after", scrollLeft + clientWidth < scrollWidth - 1);
  }, []);
  /** Where the line was left by what is chosen in it; elsewhere its reader left it. */
  const left = useRef(0);
  const show = useCallback(() => {
    if (line.current) {
      showChosen(line.current);
      left.current = line.current.scrollLeft;
      look();
    }
  }, [look]);
  useEffect(() => {
    const watched = new ResizeObserver(() => {
      const isMoved = Math.abs((line.current?.scrollLeft ?? 0) - left.current) > 1;
      (isMoved ? look : show)();
    });
    for (const element of [line.current, line.current?.firstElementChild]) {
      if (element) {
        watched.observe(element);
      }
    }
    return () => watched.disconnect();
  }, [look, show]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is chosen decides what is shown
  useEffect(() => {
    // Measured with the frame that is drawn anyway, not on its own.
    const frame = requestAnimationFrame(show);
    return () => cancelAnimationFrame(frame);
  }, [chosen, show]);
  return (
    <div ref={frame} className={classes.frame}>
      <div ref={line} className={classes.line} onScroll={look}>
        {children}
      </div>
      <IconChevronLeft size={16} className={classes.before} aria-hidden="true" />
      <IconChevronRight size={16} className={classes.after} aria-hidden="true" />
    </div>
  );
}

/** Scrolls the line alone, and only where what is chosen is not wholly in view. */
function showChosen(line: HTMLElement): void {
  const chosen = line.querySelector("[aria-selected=true], [data-chosen]");
  if (!chosen) {
    return;
  }
  const [around, box] = [line.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (box.left < around.left + FADE || box.right > around.right - FADE) {
    const middle = (box.left + box.right) / 2 - (around.left + around.right) / 2;
    line.scrollLeft += middle;
  }
}
