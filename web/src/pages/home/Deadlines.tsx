// The days ahead on which devices are due, as four weeks of a calendar.

import { VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Card } from "../../parts/Card";
import { numberFormat } from "../../parts/number";
import { day as dayText } from "../../parts/time";
import classes from "./Home.module.css";
import type { Summary } from "./queries";

const DAYS = 28;
const DAY = 86_400_000;

export function Deadlines({ summary: { at, deadlines } }: { summary: Summary }) {
  const { t, i18n } = useTranslation("home");
  const { language } = i18n;
  const due = new Map(deadlines.map(({ day, devices }) => [day, devices]));
  const days = fourWeeks(at);
  const most = Math.max(1, ...days.map((day) => due.get(day) ?? 0));
  const beyond = deadlines.filter(({ day }) => day > (days.at(-1) ?? ""));
  const number = numberFormat(language);
  const weekday = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
  return (
    <Card
      title={t("deadlines.title")}
      beside={<span className={classes.quiet}>{t("deadlines.unit")}</span>}
    >
      <div className={classes.weekdays} aria-hidden="true">
        {days.slice(0, 7).map((day) => (
          <span key={day}>{weekday.format(new Date(day))}</span>
        ))}
      </div>
      <ol className={classes.calendar}>
        {days.map((day, index) => {
          const devices = due.get(day) ?? 0;
          return (
            <li key={day}>
              <Cell
                day={day}
                isToday={index === 0}
                devices={devices}
                share={devices / most}
                label={t("deadlines.day", { day: dayText(day, { language }), count: devices })}
                text={number.format(devices)}
              />
            </li>
          );
        })}
      </ol>
      {beyond.length > 0 && (
        <p className={classes.quiet}>
          <Link to="/devices" search={{ due_after: days.at(-1) ?? "" }}>
            {t("deadlines.beyond", { count: beyond.reduce((sum, one) => sum + one.devices, 0) })}
          </Link>
        </p>
      )}
      {deadlines.length === 0 && <p className={classes.quiet}>{t("deadlines.none")}</p>}
    </Card>
  );
}

interface CellProps {
  day: string;
  isToday: boolean;
  devices: number;
  share: number;
  label: string;
  text: string;
}

function Cell({ day, isToday, devices, share, label, text }: CellProps) {
  const { t } = useTranslation("home");
  const date = Number(day.slice(8));
  const inside = (
    <>
      <span className={classes.date} aria-hidden={devices > 0}>
        {isToday ? t("deadlines.today") : date}
      </span>
      {devices > 0 && <b aria-hidden>{text}</b>}
    </>
  );
  if (devices === 0) {
    return (
      <div className={classes.day} data-today={isToday || undefined}>
        {inside}
      </div>
    );
  }
  return (
    <Link
      to="/devices"
      search={{ due_on: day }}
      className={classes.day}
      data-due
      data-much={share > 0.5 || undefined}
      data-today={isToday || undefined}
    >
      <VisuallyHidden>{label}</VisuallyHidden>
      {inside}
    </Link>
  );
}

/** The days from the earliest place on Earth where it is today. */
function fourWeeks(at: string): string[] {
  const first = new Date(at).getTime() - DAY / 2;
  return Array.from({ length: DAYS }, (_, index) =>
    new Date(first + index * DAY).toISOString().slice(0, 10),
  );
}
