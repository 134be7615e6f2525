// One entry of the audit log, whole.

import { useTranslation } from "react-i18next";
import { inert } from "../../parts/inert";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import classes from "./Activity.module.css";
import type { Entry } from "./queries";
import { act } from "./words";

export function EntryDetails({ entry }: { entry: Entry }) {
  const { t } = useTranslation(["activity", "common"]);
  const lines = JSON.stringify(entry.document, null, 2).split("\n");
  return (
    <>
      <dl className={classes.pairs}>
        <dt>{t("column.act")}</dt>
        <dd>
          {act(t, entry)} <span className={classes.code}>{entry.action}</span>
        </dd>
        <dt>{t("column.object")}</dt>
        <dd className={classes.code}>
          <Theirs text={entry.object} />
        </dd>
        <dt>{t("column.who")}</dt>
        <dd>
          {t(`actor.${entry.actor}`)} <Theirs text={entry.actor_name} />
        </dd>
        <dt>{t("column.address")}</dt>
        <dd>
          <Theirs text={entry.address ?? "–"} />
        </dd>
        <dt>{t("column.at")}</dt>
        <dd>
          <Moment at={entry.at} />
        </dd>
        <dt>{t("column.reason")}</dt>
        <dd>
          <Theirs text={entry.reason ?? "–"} />
        </dd>
        <dt>{t("hash")}</dt>
        <dd className={classes.code}>{entry.hash}</dd>
      </dl>
      <h3>{t("document")}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <pre className={classes.json} tabIndex={0}>
        {lines.map(inert).join("\n")}
      </pre>
    </>
  );
}
