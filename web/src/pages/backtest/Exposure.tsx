// For how many days devices did without each release: one row of needles for each policy, all to
// the same scale, so that rows compare at a glance.

import { useElementSize } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { ticks } from "../../parts/ticks";
import { day as dayText } from "../../parts/time";
import classes from "./Backtest.module.css";
import { Letter, PlotCard, type Table } from "./PlotCard";
import { dayScale, dayTicks, type Span } from "./scale";
import { hundredths, type Replayed } from "./words";

type Release = Schemas["ReleaseExposure"];

const HEIGHT = 104;
const LEFT = 34;
const RIGHT = 6;
const TOP = 10;
const BOTTOM = 20;

export function Exposure({ all, span }: { all: Replayed[]; span: Span }) {
  const { t } = useTranslation(["backtest", "common"]);
  const { ref, width } = useElementSize<HTMLDivElement>();
  const most = Math.max(
    1,
    ...all.flatMap(({ report }) => report.releases.map((one) => one.worst_exposed_days)),
  );
  return (
    <PlotCard
      title={t("backtest:exposure.title")}
      unit={t("backtest:exposure.unit")}
      table={useTable(all)}
    >
      <div ref={ref} className={classes.rows}>
        {all.map((one, index) => (
          <div key={one.letter}>
            <div className={classes.rowName}>
              <Letter index={index} letter={one.letter} />
              {one.name}
            </div>
            {width > 0 && <Row one={one} index={index} span={span} width={width} most={most} />}
          </div>
        ))}
      </div>
      <p className={classes.note}>{t("backtest:exposure.note")}</p>
    </PlotCard>
  );
}

interface RowProps {
  one: Replayed;
  index: number;
  span: Span;
  width: number;
  most: number;
}

function Row({ one, index, span, width, most }: RowProps) {
  const { t, i18n } = useTranslation("backtest");
  const lines = ticks(most).filter((_, place, every) => every.length < 5 || place % 2 === 0);
  const top = Math.max(most, lines.at(-1) ?? 1);
  const x = dayScale(span, [LEFT + 4, width - RIGHT]);
  const y = (days: number) => TOP + (1 - days / top) * (HEIGHT - TOP - BOTTOM);
  const isShort = dayTicks(span).length > 8 && width < 700;
  return (
    <svg
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={t("exposure.plot", {
        name: one.name,
        count: one.report.releases.length,
        days: hundredths(one.report.exposed_days_percent, i18n.language),
      })}
    >
      {lines.map((line) => (
        <g key={line}>
          <line x1={LEFT} x2={width} y1={y(line)} y2={y(line)} className={classes.grid} />
          <text x={LEFT - 6} y={y(line) + 4} textAnchor="end" className={classes.axis}>
            {line}
          </text>
        </g>
      ))}
      <Days span={span} x={x} y={HEIGHT - 4} width={width} every={isShort ? 2 : 1} />
      {one.report.releases.map((release) => (
        <Needle
          key={`${release.platform} ${release.version}`}
          release={release}
          index={index}
          x={x(release.released_on)}
          y={y}
        />
      ))}
    </svg>
  );
}

interface NeedleProps {
  release: Release;
  index: number;
  x: number;
  y: (days: number) => number;
}

function Needle({ release, index, x, y }: NeedleProps) {
  const { t, i18n } = useTranslation(["backtest", "common"]);
  const mean = release.exposed_days_percent / 100;
  const label = t("backtest:exposure.needle", {
    release: `${t(`common:platform.${release.platform}`)} ${release.version}`,
    day: dayText(release.released_on, { language: i18n.language }),
    days: hundredths(release.exposed_days_percent, i18n.language),
    worst: release.worst_exposed_days,
  });
  return (
    <g className={classes.needle} data-policy={index}>
      <title>{label}</title>
      <rect x={x - 4} y={TOP} width={8} height={HEIGHT - TOP - BOTTOM} className={classes.touch} />
      <line x1={x} x2={x} y1={y(0)} y2={y(release.worst_exposed_days)} className={classes.worst} />
      <line x1={x} x2={x} y1={y(0)} y2={y(mean)} className={classes.mean} />
      <circle
        cx={x}
        cy={y(mean)}
        r={2.75}
        className={classes.head}
        data-open={release.still_exposed > 0 || undefined}
      />
    </g>
  );
}

interface DaysProps {
  span: Span;
  x: (date: string) => number;
  y: number;
  width: number;
  every: number;
}

/** The axis of time. */
export function Days({ span, x, y, width, every }: DaysProps) {
  const { i18n } = useTranslation();
  const marks = dayTicks(span);
  const isYears = marks.every((mark) => mark.endsWith("-01-01"));
  const month = new Intl.DateTimeFormat(i18n.language, {
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  const shown = marks.filter((mark, place) => place % every === 0 && x(mark) < width - 28);
  return shown.map((mark) => (
    <text key={mark} x={x(mark)} y={y} className={classes.axis}>
      {isYears ? mark.slice(0, 4) : month.format(new Date(mark))}
    </text>
  ));
}

/** Every release once, with the mean of each policy. */
function useTable(all: Replayed[]): Table {
  const { t, i18n } = useTranslation(["backtest", "common"]);
  const releases = new Map<string, { release: Release; days: Map<string, string> }>();
  for (const { letter, report } of all) {
    for (const release of report.releases) {
      const key = `${release.platform} ${release.version}`;
      const row = releases.get(key) ?? { release, days: new Map<string, string>() };
      row.days.set(letter, hundredths(release.exposed_days_percent, i18n.language));
      releases.set(key, row);
    }
  }
  const sorted = [...releases.values()].sort((one, other) =>
    one.release.released_on < other.release.released_on ? 1 : -1,
  );
  return {
    header: [
      t("backtest:exposure.release"),
      t("backtest:exposure.released"),
      ...all.map(({ letter, name }) => `${letter}: ${name}`),
    ],
    rows: sorted.map(({ release, days }) => [
      `${t(`common:platform.${release.platform}`)} ${release.version}`,
      dayText(release.released_on, { language: i18n.language }),
      ...all.map(({ letter }) => days.get(letter) ?? "–"),
    ]),
  };
}
