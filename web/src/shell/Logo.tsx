// The product's sign and name.

import classes from "./Logo.module.css";

export function Logo() {
  return (
    <span className={classes.logo}>
      <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="7" className={classes.ground} />
        <path d="M9.2 26 13.7 6h4.6l4.5 20z" className={classes.road} />
        <path d="M16 9v3.4M16 15.2v3.6M16 21.4V26" className={classes.line} />
      </svg>
      <span className={classes.name}>Macadam</span>
    </span>
  );
}
