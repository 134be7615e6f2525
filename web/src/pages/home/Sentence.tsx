// The whole fleet in one sentence; every number opens its list.

import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { numberFormat } from "../../parts/number";
import classes from "./Home.module.css";
import type { Standing, Summary } from "./queries";

const OTHERS: Exclude<Standing, "on_time">[] = [
  "due_soon",
  "overdue",
  "cannot_update",
  "not_enforced",
];

export function Sentence({ summary: { devices, standings } }: { summary: Summary }) {
  const { t, i18n } = useTranslation("home");
  const number = numberFormat(i18n.language);
  const shown = OTHERS.filter((standing) => standings[standing] > 0);
  return (
    <p className={classes.sentence}>
      <Link to="/devices" search={{ standing: "on_time" }} className={classes.number}>
        {t("sentence.on_time", {
          count: devices,
          on_time: number.format(standings.on_time),
          devices: number.format(devices),
        })}
      </Link>
      {shown.map((standing) => (
        <Fragment key={standing}>
          {", "}
          <Link
            to="/devices"
            search={{ standing }}
            className={classes.number}
            data-bad={standing === "overdue" || standing === "cannot_update" || undefined}
          >
            {t(`sentence.${standing}`, {
              count: standings[standing],
              number: number.format(standings[standing]),
            })}
          </Link>
          {standing === "cannot_update" && (
            <>
              {": "}
              <a href="#reasons" className={classes.number}>
                {t("sentence.why")}
              </a>
            </>
          )}
        </Fragment>
      ))}
      .
    </p>
  );
}
