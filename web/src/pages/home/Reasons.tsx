// Why devices cannot update, or why nothing is enforced on them.

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge } from "../../parts/Badge";
import { Card } from "../../parts/Card";
import classes from "./Home.module.css";

export function Reasons({ all }: { all: Schemas["ReasonCount"][] }) {
  const { t, i18n } = useTranslation("home");
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <Card title={t("reasons.title")}>
      {all.length === 0 ? (
        <p className={classes.quiet}>{t("reasons.none")}</p>
      ) : (
        <ul className={classes.rows}>
          {all.map(({ standing, reason, sentence, devices }) => (
            <li key={`${standing} ${reason}`}>
              <Link
                to="/devices"
                search={{ standing, reason }}
                className={classes.count}
                aria-label={t("reasons.open", { count: devices, sentence })}
              >
                {number.format(devices)}
              </Link>
              <span>
                {sentence.charAt(0).toUpperCase() + sentence.slice(1)}{" "}
                <Badge tone={standing === "cannot_update" ? "bad" : "quiet"}>
                  {t(`standing.${standing}`)}
                </Badge>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
