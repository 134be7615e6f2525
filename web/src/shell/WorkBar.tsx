// How far actions on many devices are, on every page; what came of one's own stays until it was
// read. The server does them: nobody has to stay.

import { Button, CloseButton, Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type BulkAction, dismiss, useBulkActions } from "../parts/bulkActions";
import { inert } from "../parts/inert";
import { useFailure } from "../parts/Message";
import { numberFormat } from "../parts/number";
import { usePermission } from "../parts/permission";
import { sentence } from "../parts/sentence";
import classes from "./WorkBar.module.css";

export function WorkBar() {
  const { t } = useTranslation("actions");
  const { actions, me, stop } = useBulkActions();
  const mayStop = usePermission("edit_devices");
  return (
    <div className={classes.works} role="status" aria-label={t("work.label")}>
      {actions.map((action) => (
        <OneAction
          key={action.id}
          action={action}
          by={action.created_by === me ? undefined : action.created_by}
          stop={mayStop ? () => stop.mutate(action.id) : undefined}
        />
      ))}
      {stop.error && <StopFailed error={stop.error} />}
    </div>
  );
}

interface Props {
  action: BulkAction;
  /** Whoever asked for it, where it is somebody else. */
  by: string | undefined;
  stop: (() => void) | undefined;
}

function OneAction({ action, by, stop }: Props) {
  const { t, i18n } = useTranslation(["actions", "common"]);
  const { devices, done, left_out, state, failure } = action;
  const number = numberFormat(i18n.language);
  const title = t(`go.${action.action.kind}`, { count: devices, number: number.format(devices) });
  const seen = left_out.reduce((sum, one) => sum + one.devices, done);
  const counts = { done: number.format(done), total: number.format(devices) };
  return (
    <section className={classes.work} data-state={state}>
      <div className={classes.head}>
        <strong className={classes.title}>{title}</strong>
        {state !== "running" ? (
          <CloseButton
            size="sm"
            onClick={() => dismiss(action.id)}
            aria-label={t("common:close")}
          />
        ) : (
          stop && (
            <Button size="compact-xs" variant="default" onClick={stop}>
              {t("work.stop")}
            </Button>
          )
        )}
      </div>
      {state === "running" && (
        <Progress
          value={devices === 0 ? 100 : (100 * seen) / devices}
          size="sm"
          aria-label={title}
        />
      )}
      <p className={classes.says}>
        {t(`work.${state}`, counts)} {by && t("work.by", { name: inert(by) })}
      </p>
      {failure && <p className={classes.says}>{t(`failure.${failure}`)}</p>}
      {left_out.map(({ reason, devices: count }) => (
        <p key={reason} className={classes.says}>
          {t("work.left_out", {
            count,
            number: number.format(count),
            reason: t(`reason.${reason}`),
          })}
        </p>
      ))}
    </section>
  );
}

function StopFailed({ error }: { error: Error }) {
  return (
    <section className={classes.work} data-state="failed">
      <p className={classes.says}>{sentence(useFailure(error))}</p>
    </section>
  );
}
