// What needs a person, most urgent first.

import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import classes from "./Home.module.css";

export function Attention({ all }: { all: Schemas["Alert"][] }) {
  const { t } = useTranslation("home");
  if (all.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="attention" className={classes.attention}>
      <h2 id="attention" className={classes.attentionTitle}>
        <IconAlertTriangle size={18} aria-hidden="true" />
        {t("attention.title", { count: all.length })}
      </h2>
      <ul className={classes.plain}>
        {all.map((alert) => (
          <li key={`${alert.code} ${alert.message}`}>
            <Theirs text={alert.message} />
            {alert.since && (
              <span className={classes.quiet}>
                {" "}
                {t("attention.since")} <Moment at={alert.since} />
              </span>
            )}
            {alert.code.startsWith("feed") && (
              <>
                {" "}
                <Link to="/releases">{t("attention.feeds")}</Link>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
