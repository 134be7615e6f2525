// A plot with its title and unit, and the same numbers as a table.

import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "../../parts/Card";
import classes from "./Backtest.module.css";

export interface Table {
  header: string[];
  rows: string[][];
}

interface Props {
  title: string;
  unit: string;
  table: Table;
  children: ReactNode;
}

export function PlotCard({ title, unit, table, children }: Props) {
  return (
    <Card title={title} beside={<span className={classes.unit}>{unit}</span>}>
      {children}
      <AsTable title={title} {...table} />
    </Card>
  );
}

function AsTable({ title, header, rows }: Table & { title: string }) {
  const { t } = useTranslation("backtest");
  const id = useId();
  const [first = "", ...others] = header;
  return (
    <details className={classes.details}>
      <summary>{t("as_table")}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-labelledby={id}>
        <table className={classes.table}>
          <caption id={id} className="only-read-aloud">
            {title}
          </caption>
          <thead>
            <tr>
              <th scope="col">{first}</th>
              {others.map((name, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two policies may be made alike
                <th key={index} scope="col" className={classes.amount}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...cells], row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two policies may be made alike
              <tr key={row}>
                <th scope="row">{name}</th>
                {cells.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two policies may be made alike
                  <td key={index} className={classes.amount}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

/** The letter by which plots tell a policy from the others, in its own look. */
export function Letter({ index, letter }: { index: number; letter: string }) {
  return (
    <span className={classes.letter} data-policy={index}>
      {letter}
    </span>
  );
}
