// One number of each policy as a bar, with the number itself at its end.

import { Fragment } from "react";
import classes from "./Backtest.module.css";
import { Letter, PlotCard, type Table } from "./PlotCard";
import type { Replayed } from "./words";

export interface Bar {
  value: number;
  /** A thinner line that goes on from the bar, such as to the worst case. */
  reach?: number;
  text: string;
}

interface Props {
  title: string;
  unit: string;
  table: Table;
  all: Replayed[];
  bar: (one: Replayed) => Bar;
}

export function Bars({ title, unit, table, all, bar }: Props) {
  const bars = all.map((one) => ({ one, ...bar(one) }));
  const most = Math.max(...bars.map(({ value, reach = 0 }) => Math.max(value, reach)), 0.01);
  const share = (value: number) => `${(value / most) * 100}%`;
  return (
    <PlotCard title={title} unit={unit} table={table}>
      <dl className={classes.bars}>
        {bars.map(({ one, value, reach, text }, index) => (
          <Fragment key={one.letter}>
            <dt>
              <Letter index={index} letter={one.letter} />
              <span>{one.name}</span>
            </dt>
            <dd>
              <span className={classes.track} aria-hidden="true">
                {reach !== undefined && (
                  <span className={classes.reach} style={{ width: share(reach) }} />
                )}
                <span className={classes.bar} data-policy={index} style={{ width: share(value) }} />
              </span>
              <span className={classes.value}>{text}</span>
            </dd>
          </Fragment>
        ))}
      </dl>
    </PlotCard>
  );
}
