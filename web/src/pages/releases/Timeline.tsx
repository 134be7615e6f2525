// The releases of the last year on a line for each major. The table below says the same in words.

import { Tooltip } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { serverQuery } from "../../api/queries";
import { day } from "../../parts/time";
import { type Mark, plotOf } from "./plot";
import type { Release } from "./queries";
import classes from "./Releases.module.css";

const MONTHS = 12;
const NARROW = 560;

export function Timeline({ releases, platform }: { releases: Release[]; platform: string }) {
  const { t, i18n } = useTranslation("releases");
  const { ref, width } = useElementSize();
  const { data: server } = useQuery(serverQuery);
  const today = server?.fleet_time.slice(0, 10);
  const months = width < NARROW ? MONTHS / 2 : MONTHS;
  const plot = useMemo(
    () => (today && width ? plotOf(releases, { width, today, months }) : undefined),
    [releases, width, today, months],
  );
  const month = new Intl.DateTimeFormat(i18n.language, { month: "short", timeZone: "UTC" });
  return (
    <figure className={classes.figure} ref={ref}>
      <figcaption className={classes.caption}>
        <span>{t("plot.title", { platform, count: months })}</span>
        <Legend />
      </figcaption>
      {plot && (
        <svg width={width} height={plot.height} aria-hidden="true" className={classes.plot}>
          {plot.months.map(({ date, x }) => (
            <g key={date}>
              <line x1={x} x2={x} y1={20} y2={plot.height} className={classes.month} />
              <text x={x + 4} y={13} className={classes.axis}>
                {month.format(new Date(date))}
              </text>
            </g>
          ))}
          {plot.lanes.map(({ major, y }) => (
            <g key={major}>
              <line x1={44} x2={plot.now} y1={y} y2={y} className={classes.lane} />
              <text x={0} y={y + 4} className={classes.major}>
                {major}
              </text>
            </g>
          ))}
          {plot.marks.map((mark) => (
            <MarkOf key={mark.release.id} mark={mark} />
          ))}
        </svg>
      )}
    </figure>
  );
}

function MarkOf({ mark: { release, x, y } }: { mark: Mark }) {
  const { t, i18n } = useTranslation("releases");
  const navigate = useNavigate();
  const when = day(release.released_on, { language: i18n.language });
  const notes = [
    release.exploited && t("exploited"),
    release.held && t("held"),
    release.availability === "withdrawn" && t("availability.withdrawn"),
  ].filter(Boolean);
  return (
    <Tooltip
      label={[`${release.version}, ${when}`, ...notes].join(" · ")}
      events={{ hover: true, focus: false, touch: true }}
    >
      <a
        href={`/releases/${release.id}`}
        tabIndex={-1}
        className={classes.mark}
        data-kind={release.kind}
        data-exploited={release.exploited || undefined}
        data-held={release.held || undefined}
        data-gone={release.availability === "withdrawn" || undefined}
        onClick={(event) => {
          event.preventDefault();
          void navigate({ to: "/releases/$id", params: { id: release.id } });
        }}
      >
        <circle cx={x} cy={y} r={11} className={classes.touch} />
        {release.exploited && <circle cx={x} cy={y} r={8.5} className={classes.ring} />}
        <circle
          cx={x}
          cy={y}
          r={release.kind === "major" ? 6.5 : release.kind === "minor" ? 5 : 3.5}
        />
      </a>
    </Tooltip>
  );
}

function Legend() {
  const { t } = useTranslation("releases");
  return (
    <span className={classes.legend}>
      {(["major", "minor", "bsi"] as const).map((kind) => (
        <span key={kind}>
          <svg width="14" height="14" aria-hidden="true" className={classes.mark} data-kind={kind}>
            <circle cx="7" cy="7" r={kind === "major" ? 6 : kind === "minor" ? 4.5 : 3.25} />
          </svg>
          {t(`kind.${kind}`)}
        </span>
      ))}
      <span>
        <svg width="18" height="18" aria-hidden="true" className={classes.mark} data-kind="minor">
          <circle cx="9" cy="9" r="7.75" className={classes.ring} />
          <circle cx="9" cy="9" r="4.5" />
        </svg>
        {t("exploited")}
      </span>
    </span>
  );
}
