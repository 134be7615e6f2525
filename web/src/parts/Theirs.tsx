// A text that a device or a person chose: shown as text, whatever it holds.

import { inert } from "./inert";

export function Theirs({ text, className }: { text: string; className?: string | undefined }) {
  return <bdi className={className}>{inert(text)}</bdi>;
}
