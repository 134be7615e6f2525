// A box to tick in each row of a list: there are hundreds, so it is no more than the browser's own.

import classes from "./Tick.module.css";

interface Props {
  label: string;
  isChecked: boolean;
  /** Whether some of what it stands for is chosen, and not all. */
  isPartly?: boolean;
  onChange: () => void;
}

export function Tick({ label, isChecked, isPartly = false, onChange }: Props) {
  return (
    <input
      type="checkbox"
      className={classes.tick}
      checked={isChecked}
      ref={(input) => {
        if (input) {
          input.indeterminate = isPartly;
        }
      }}
      onChange={onChange}
      aria-label={label}
    />
  );
}
