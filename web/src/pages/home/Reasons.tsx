// Why devices cannot update, or why nothing is enforced on them; every number opens its list.

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge } from "../../parts/Badge";
import { Card } from "../../parts/Card";
import { numberFormat } from "../../parts/number";
import { useSaid } from "../../parts/wording/Said";
import classes from "./Home.module.css";

export function Reasons({ all }: { all: Schemas["ReasonCount"][] }) {
  const { t } = useTranslation("home");
  return (
    <Card title={t("reasons.title")} id="reasons">
      {all.length === 0 ? (
        <p className={classes.quiet}>{t("reasons.none")}</p>
      ) : (
        <ul className={classes.rows}>
          {all.map((reason) => (
            <Reason key={`${reason.standing} ${reason.reason}`} {...reason} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Reason({ standing, reason, sentence, devices }: Schemas["ReasonCount"]) {
  const { t, i18n } = useTranslation("home");
  const text = useSaid({ code: `fleet.${reason}`, values: {} }, sentence);
  return (
    <li>
      <Link
        to="/devices"
        search={{ standing, reason }}
        className={classes.count}
        aria-label={t("reasons.open", { count: devices, sentence: text })}
      >
        {numberFormat(i18n.language).format(devices)}
      </Link>
      <span>
        {text}{" "}
        <Badge tone={standing === "cannot_update" ? "bad" : "quiet"}>
          {t(`standing.${standing}`)}
        </Badge>
      </span>
    </li>
  );
}
