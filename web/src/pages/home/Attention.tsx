// What needs a person, most urgent first.

import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { OpenHalt } from "../../parts/halts/OpenHalt";
import { Moment } from "../../parts/Time";
import { Said } from "../../parts/wording/Said";
import classes from "./Home.module.css";

type Alert = Schemas["Alert"];

export function Attention({ all }: { all: Alert[] }) {
  const { t } = useTranslation("home");
  const halts = all.flatMap((alert) => alert.ring_halt ?? []);
  const others = all.filter((alert) => !alert.ring_halt);
  if (all.length === 0) {
    return null;
  }
  return (
    <div className={classes.needs}>
      {others.length > 0 && (
        <section aria-labelledby="attention" className={classes.attention}>
          <h2 id="attention" className={classes.attentionTitle}>
            <IconAlertTriangle size={18} aria-hidden="true" />
            {t("attention.title", { count: others.length })}
          </h2>
          <ul className={classes.plain}>
            {others.map((alert) => (
              <li key={`${alert.code} ${alert.message}`}>
                <AlertText alert={alert} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {halts.map((halt) => (
        <OpenHalt key={halt.id} halt={halt} namesItem />
      ))}
    </div>
  );
}

function AlertText({ alert }: { alert: Alert }) {
  const { t } = useTranslation("home");
  return (
    <>
      <Said
        wording={{ code: `alert.${alert.code}`, values: alert.values }}
        fallback={alert.message}
      />
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
      {alert.code.startsWith("push_certificate") && (
        <>
          {" "}
          <Link to="/settings" search={{ part: "push" }}>
            {t("attention.push")}
          </Link>
        </>
      )}
    </>
  );
}
