// How old the data about releases is.

import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge } from "../../parts/Badge";
import { Card } from "../../parts/Card";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import classes from "./Home.module.css";

export function Feeds({ all }: { all: Schemas["FeedStatus"][] }) {
  const { t } = useTranslation("home");
  return (
    <Card title={t("feeds.title")}>
      <ul className={classes.rows}>
        {all.map((feed) => (
          <li key={feed.name} className={classes.release}>
            <span>{t(`feeds.${feed.name}`)}</span>
            <span className={classes.quiet}>
              {feed.accepted_at ? <Moment at={feed.accepted_at} /> : t("feeds.never")}
            </span>
            <span className={classes.end}>
              {feed.stale ? (
                <Badge tone="bad">{t("feeds.stale")}</Badge>
              ) : (
                <Badge tone="good">{t("feeds.fresh")}</Badge>
              )}
            </span>
            {feed.problem && (
              <span className={classes.problem}>
                <Theirs text={feed.problem} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
