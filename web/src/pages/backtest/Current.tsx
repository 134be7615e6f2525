// Which share of the fleet ran the newest release of its major, over the months.

import { useElementSize } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { day as dayText } from "../../parts/time";
import classes from "./Backtest.module.css";
import { Days } from "./Exposure";
import { Letter, PlotCard, type Table } from "./PlotCard";
import { apart, dayScale, dayTicks, type Span } from "./scale";
import { meanCurrent, type Replayed } from "./words";

const HEIGHT = 230;
const LEFT = 46;
const RIGHT = 26;
const TOP = 10;
const BOTTOM = 22;
const LINES = [0, 0.25, 0.5, 0.75, 1];

type Day = Replayed["report"]["current"][number];

const share = ({ devices, current }: Day) => (devices === 0 ? 0 : current / devices);

export function Current({ all, span }: { all: Replayed[]; span: Span }) {
  const { t } = useTranslation("backtest");
  const { ref, width } = useElementSize<HTMLDivElement>();
  return (
    <PlotCard title={t("current.title")} unit={t("current.unit")} table={useTable(all)}>
      <ul className={classes.legend}>
        {all.map(({ letter, name }, index) => (
          <li key={letter}>
            <svg width="26" height="10" aria-hidden="true">
              <line x1="1" x2="25" y1="5" y2="5" className={classes.line} data-policy={index} />
            </svg>
            <Letter index={index} letter={letter} />
            {name}
          </li>
        ))}
      </ul>
      <div ref={ref} className={classes.plot}>
        {width > 0 && <Lines all={all} span={span} width={width} />}
      </div>
    </PlotCard>
  );
}

function Lines({ all, span, width }: { all: Replayed[]; span: Span; width: number }) {
  const { t, i18n } = useTranslation("backtest");
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent" });
  const right = width - RIGHT;
  const x = dayScale(span, [LEFT, right]);
  const y = (part: number) => TOP + (1 - part) * (HEIGHT - TOP - BOTTOM);
  const ends = all.map(({ report }) => {
    const last = report.current.at(-1);
    return y(last ? share(last) : 0);
  });
  const labels = apart(ends, 14, [TOP, HEIGHT - BOTTOM]);
  const label = all.map((one) => `${one.name}: ${percent.format(meanCurrent(one.report))}`);
  const isShort = dayTicks(span).length > 8 && width < 700;
  return (
    <svg
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={t("current.plot", { means: label.join("; ") })}
    >
      {LINES.map((line) => (
        <g key={line}>
          <line x1={LEFT} x2={right} y1={y(line)} y2={y(line)} className={classes.grid} />
          <text x={LEFT - 6} y={y(line) + 4} textAnchor="end" className={classes.axis}>
            {percent.format(line)}
          </text>
        </g>
      ))}
      <Days span={span} x={x} y={HEIGHT - 4} width={width} every={isShort ? 2 : 1} />
      {all.map(({ letter, report }, index) => (
        <g key={letter}>
          <polyline
            points={report.current.map((day) => `${x(day.day)},${y(share(day))}`).join(" ")}
            className={classes.line}
            data-policy={index}
          />
          <text x={right + 8} y={(labels[index] ?? 0) + 4} className={classes.end}>
            {letter}
          </text>
        </g>
      ))}
    </svg>
  );
}

function useTable(all: Replayed[]): Table {
  const { t, i18n } = useTranslation("backtest");
  const percent = new Intl.NumberFormat(i18n.language, {
    style: "percent",
    maximumFractionDigits: 1,
  });
  const days = all[0]?.report.current.map(({ day }) => day) ?? [];
  return {
    header: [t("current.day"), ...all.map(({ letter, name }) => `${letter}: ${name}`)],
    rows: days.map((day, place) => [
      dayText(day, { language: i18n.language }),
      ...all.map(({ report }) => {
        const found = report.current[place];
        return found ? percent.format(share(found)) : "–";
      }),
    ]),
  };
}
