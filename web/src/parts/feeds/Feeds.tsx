// How old the data about releases is.

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge } from "../Badge";
import { Card } from "../Card";
import rows from "../Rows.module.css";
import { Theirs } from "../Theirs";
import { Moment } from "../Time";
import classes from "./Feeds.module.css";

interface Props {
  all: Schemas["FeedStatus"][];
  /** What can be done about one. */
  act?: (feed: Schemas["FeedStatus"]) => ReactNode;
  beside?: ReactNode;
}

export function Feeds({ all, act, beside }: Props) {
  const { t } = useTranslation("home");
  return (
    <Card title={t("feeds.title")} beside={beside}>
      <ul className={`${rows.rows} ${classes.rows}`}>
        {all.map((feed) => (
          <li key={feed.name}>
            <span>{t(`feeds.${feed.name}`)}</span>
            <span className={classes.age}>
              {feed.accepted_at ? <Moment at={feed.accepted_at} /> : t("feeds.never")}
            </span>
            <span className={classes.end}>
              {feed.stale ? (
                <Badge tone="bad">{t("feeds.stale")}</Badge>
              ) : (
                <Badge tone="good">{t("feeds.fresh")}</Badge>
              )}
              {act?.(feed)}
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
