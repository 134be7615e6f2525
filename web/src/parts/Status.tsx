// How a device stands, as a dot and a word.

import type { Schemas } from "../api/client";
import { Badge } from "./Badge";
import { useCommon } from "./common";
import classes from "./Status.module.css";
import { Tip } from "./Tip";

export type StatusName = Schemas["Status"];

export const statuses: StatusName[] = [
  "error",
  "pending",
  "downloading",
  "cached",
  "installing",
  "pass",
  "available",
  "waiting",
  "incompatible",
  "excluded",
];

/** What kind of news a status is. */
export const tone: Record<StatusName, "good" | "busy" | "bad" | "open" | "quiet"> = {
  available: "quiet",
  pending: "open",
  waiting: "quiet",
  downloading: "busy",
  cached: "busy",
  installing: "busy",
  pass: "good",
  error: "bad",
  incompatible: "quiet",
  excluded: "quiet",
};

/** `null` is the status of a device that has not told enough to decide anything. */
export function StatusBadge({ status }: { status: StatusName | null | undefined }) {
  const { t } = useCommon();
  const name = status ?? "undecided";
  return (
    <Tip label={() => t(`status_says.${name}`)}>
      <span className={classes.badge} data-tone={status ? tone[status] : "quiet"}>
        <span className={classes.dot} aria-hidden="true" />
        {t(`status.${name}`)}
      </span>
    </Tip>
  );
}

/** Says that a deadline has passed. */
export function OverdueBadge() {
  const { t } = useCommon();
  return <Badge tone="bad">{t("overdue")}</Badge>;
}
