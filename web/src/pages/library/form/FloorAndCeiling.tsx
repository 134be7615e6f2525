// What users are offered and what they must have, side by side: the deferral is a ceiling, the
// enforcement a floor, and both count from the day of the release.

import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { inert } from "../../../parts/inert";
import { WarningText } from "../../../parts/preview/WarningText";
import { clock, daysOf, draftOf, type ManagedOsDraft } from "../draft";
import { itemsQuery, type LibraryItem } from "../queries";
import classes from "./Floor.module.css";
import { Section } from "./Section";

interface Props {
  draft: ManagedOsDraft;
  /** The blueprints whose devices the item reaches. */
  blueprints: string[];
  /** What the server calls easily overlooked. */
  warnings: Schemas["Warning"][];
}

/** A month, drawn: what counts is the calendar's. */
const MONTH_DRAWN = 30;

export function FloorAndCeiling({ draft, blueprints, warnings }: Props) {
  const { t } = useTranslation("library");
  const { data } = useQuery(itemsQuery);
  const deferral = strictest(draft, data?.items ?? [], blueprints);
  const { mode, within, at } = draft.enforcement;
  const floor = mode === "rolling" ? drawnDays(within) : undefined;
  const isNeverOffered = floor !== undefined && deferral !== null && deferral.days >= floor;
  return (
    <Section title={t("floor.title")} about={t("floor.about")}>
      {floor !== undefined && <Line ceiling={deferral?.days ?? 0} floor={floor} at={clock(at)} />}
      <ul className={classes.facts}>
        <li>
          {deferral ? (
            <Link to="/library/$id" params={{ id: deferral.item.id }}>
              {t("floor.deferred", {
                count: deferral.days,
                item: inert(deferral.item.settings.label ?? ""),
              })}
            </Link>
          ) : (
            t("floor.not_deferred")
          )}
        </li>
        <li>
          {floor === undefined
            ? t(`floor.${mode === "do_not_manage" ? "no_floor" : "dated"}`)
            : t("floor.enforced", { period: t("period.after", { count: floor }), at: clock(at) })}
        </li>
        {isNeverOffered && <Warning>{t("floor.never_offered")}</Warning>}
        {warnings.map((warning) => (
          <Warning key={warning.code}>
            <WarningText warning={warning} />
          </Warning>
        ))}
      </ul>
    </Section>
  );
}

function Warning({ children }: { children: ReactNode }) {
  return (
    <li className={classes.warning}>
      <IconAlertTriangle size={15} aria-hidden="true" />
      {children}
    </li>
  );
}

function Line({ ceiling, floor, at }: { ceiling: number; floor: number; at: string }) {
  const { t } = useTranslation("library");
  const end = Math.max(floor, ceiling) * 1.12;
  const part = (days: number) => (days / end) * 100;
  return (
    <svg
      className={classes.line}
      role="img"
      aria-label={t("floor.plot", { ceiling, floor, at })}
      width="100%"
      height="74"
    >
      <rect x="0" y="30" width="100%" height="10" rx="3" className={classes.free} />
      {ceiling > 0 && (
        <rect
          x="0"
          y="30"
          width={`${part(ceiling)}%`}
          height="10"
          rx="3"
          className={classes.held}
        />
      )}
      <rect
        x={`${part(floor)}%`}
        y="30"
        width={`${100 - part(floor)}%`}
        height="10"
        rx="3"
        className={classes.forced}
      />
      <text x="0" y="20" className={classes.mark}>
        {t("floor.released")}
      </text>
      <text
        x={`${part(floor)}%`}
        y="20"
        textAnchor={part(floor) > 55 ? "end" : "start"}
        className={classes.mark}
      >
        {t("floor.day_at", { count: floor, at })}
      </text>
      <line
        x1={`${part(floor)}%`}
        x2={`${part(floor)}%`}
        y1="25"
        y2="45"
        className={classes.tick}
      />
      {ceiling > 0 && (
        <text x="0" y="60" className={classes.note}>
          {t("floor.hidden_until", { count: ceiling })}
        </text>
      )}
      <text x="100%" y="60" textAnchor="end" className={classes.note}>
        {t("floor.forced")}
      </text>
    </svg>
  );
}

function drawnDays(within: string): number | undefined {
  const days = daysOf(within);
  const months = /^([1-9])m$/.exec(within)?.[1];
  return days ?? (months ? Number(months) * MONTH_DRAWN : undefined);
}

/** The longest deferral of minor releases among the items that share a blueprint with this one. */
function strictest(
  draft: ManagedOsDraft,
  items: LibraryItem[],
  blueprints: string[],
): { item: LibraryItem; days: number } | null {
  let found: { item: LibraryItem; days: number } | null = null;
  for (const item of items) {
    const settings = draftOf(item.settings);
    if (settings.type !== "software_update_settings") {
      continue;
    }
    const days = daysDeferred(draft.platform, settings.deferrals);
    const shares = item.blueprints.some((one) => blueprints.includes(one.id));
    if (shares && days > (found?.days ?? 0)) {
      found = { item, days };
    }
  }
  return found;
}

function daysDeferred(platform: Schemas["Os"], deferrals: Schemas["Deferrals"]): number {
  return (platform === "macos" ? deferrals.minor_days : deferrals.combined_days) ?? 0;
}
