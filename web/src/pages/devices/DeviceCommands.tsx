// The MDM commands of a device and what became of them.

import { IconSend } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge, type Tone } from "../../parts/Badge";
import { Card } from "../../parts/Card";
import { FailedMessage, Message } from "../../parts/Message";
import { PageLoading } from "../../parts/PageLoading";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import classes from "./Device.module.css";
import { commandsQuery } from "./queries";

const tones: Record<Schemas["CommandState"], Tone> = {
  queued: "quiet",
  sent: "busy",
  not_now: "warn",
  acknowledged: "good",
  error: "bad",
  command_format_error: "bad",
  cancelled: "quiet",
  outcome_unknown: "quiet",
};

export function DeviceCommands({ id }: { id: string }) {
  const { t } = useTranslation("devices");
  const { data, error, refetch } = useQuery(commandsQuery(id));
  if (error && !data) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <PageLoading />;
  }
  if (data.length === 0) {
    return (
      <Message Icon={IconSend} title={t("commands.none")}>
        {t("commands.none_text")}
      </Message>
    );
  }
  return (
    <div className={classes.commands}>
      <Card title={t("tab.commands")}>
        <div className={classes.wide}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th>{t("commands.command")}</th>
                <th>{t("column.status")}</th>
                <th>{t("commands.queued")}</th>
                <th>{t("commands.ended")}</th>
              </tr>
            </thead>
            <tbody>
              {data.map((command) => (
                <tr key={command.id}>
                  <td>
                    {command.request_type}
                    {command.errors.map((text) => (
                      <p key={text} className={classes.words}>
                        {t("os.device_says")} <q>{<Theirs text={text} />}</q>
                      </p>
                    ))}
                  </td>
                  <td>
                    <Badge tone={tones[command.state]}>
                      {t(`commands.state.${command.state}`)}
                    </Badge>
                  </td>
                  <td>
                    <Moment at={command.queued_at} names={false} />
                  </td>
                  <td>{command.ended_at ? <Moment at={command.ended_at} names={false} /> : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
    </div>
  );
}
