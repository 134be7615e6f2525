// How far long work is, on every page; what came of it stays until it was read.

import { Button, CloseButton, Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./WorkBar.module.css";
import { dismiss, stop, useWorks, type Work } from "./work";

export function WorkBar() {
  const { t } = useTranslation("actions");
  const works = useWorks();
  return (
    <div className={classes.works} role="status" aria-label={t("work.label")}>
      {works.map((work) => (
        <OneWork key={work.id} work={work} />
      ))}
    </div>
  );
}

function OneWork({ work }: { work: Work }) {
  const { t, i18n } = useTranslation(["actions", "common"]);
  const { id, title, total, done, leftOut, state, why } = work;
  const number = new Intl.NumberFormat(i18n.language);
  const seen = leftOut.reduce((sum, { count }) => sum + count, done);
  const counts = { done: number.format(done), total: number.format(total) };
  return (
    <section className={classes.work} data-state={state}>
      <div className={classes.head}>
        <strong className={classes.title}>{title}</strong>
        {state === "running" ? (
          <Button size="compact-xs" variant="default" onClick={() => stop(id)}>
            {t("work.stop")}
          </Button>
        ) : (
          <CloseButton size="sm" onClick={() => dismiss(id)} aria-label={t("common:close")} />
        )}
      </div>
      {state === "running" && (
        <Progress value={total === 0 ? 100 : (100 * seen) / total} size="sm" aria-label={title} />
      )}
      <p className={classes.says}>{t(`work.${state}`, counts)}</p>
      {why && <p className={classes.says}>{why}</p>}
      {leftOut.map(({ reason, count }) => (
        <p key={reason} className={classes.says}>
          {t("work.left_out", { count, number: number.format(count), reason })}
        </p>
      ))}
    </section>
  );
}
