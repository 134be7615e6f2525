// What will keep devices from their targets, known before the deadline; every number opens its list.

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Card } from "../../parts/Card";
import { numberFormat } from "../../parts/number";
import { useSaid } from "../../parts/wording/Said";
import classes from "./Home.module.css";

export function Blockers({ all }: { all: Schemas["BlockerCount"][] }) {
  const { t } = useTranslation("home");
  return (
    <Card
      title={t("blockers.title")}
      beside={<span className={classes.quiet}>{t("blockers.unit")}</span>}
    >
      {all.length === 0 ? (
        <p className={classes.quiet}>{t("blockers.none")}</p>
      ) : (
        <ul className={classes.rows}>
          {all.map((blocker) => (
            <BlockerRow key={blocker.blocker} {...blocker} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function BlockerRow({ blocker, sentence, devices }: Schemas["BlockerCount"]) {
  const { t, i18n } = useTranslation("home");
  const text = useSaid({ code: `blocked.${blocker}`, values: {} }, sentence);
  return (
    <li>
      <Link
        to="/devices"
        search={{ blocker }}
        className={classes.count}
        aria-label={t("reasons.open", { count: devices, sentence: text })}
      >
        {numberFormat(i18n.language).format(devices)}
      </Link>
      <span>{text}</span>
    </li>
  );
}
