// Something large, drawn after the next frame: a press is answered at once.

import { type ReactNode, useDeferredValue } from "react";

export function Later({ children }: { children: ReactNode }) {
  const isNow = useDeferredValue(true, false);
  return isNow ? children : null;
}
