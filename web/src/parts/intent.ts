// What somebody is about to press: pointed at for a moment, reached by keyboard, or touched.

import { useEffect, useRef } from "react";

/** As long as the router waits with its own links; who only passes by asks for nothing. */
const PAUSE = 50;

/** Handlers of an element, for what may begin before it is pressed. */
export function useIntent() {
  const timer = useRef<number | undefined>(undefined);
  const stop = () => window.clearTimeout(timer.current);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return (begin: () => void) => {
    const soon = () => {
      stop();
      timer.current = window.setTimeout(begin, PAUSE);
    };
    return {
      onPointerEnter: soon,
      onPointerLeave: stop,
      onFocus: soon,
      onBlur: stop,
      onPointerDown: () => {
        stop();
        begin();
      },
    };
  };
}
