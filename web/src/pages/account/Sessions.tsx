// Where one is signed in, and ending what one does not know.

import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, asked, type Schemas } from "../../api/client";
import { Badge } from "../../parts/Badge";
import { FailedMessage } from "../../parts/Message";
import { noticeFailure } from "../../parts/notice";
import { PageLoading } from "../../parts/PageLoading";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import classes from "./Account.module.css";
import { ownSessionsQuery } from "./queries";

export function Sessions() {
  const { t } = useTranslation("account");
  const { data, error, refetch } = useQuery(ownSessionsQuery);
  if (error && !data) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <PageLoading />;
  }
  if (data.length === 0) {
    return <p className={classes.text}>{t("sessions.none")}</p>;
  }
  return (
    <ul className={classes.sessions}>
      {data.map((session) => (
        <OneSession key={session.id} session={session} />
      ))}
    </ul>
  );
}

function OneSession({ session }: { session: Schemas["OwnSession"] }) {
  const { t } = useTranslation("account");
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () =>
      asked(api.DELETE("/api/v1/account/sessions/{id}", { params: { path: { id: session.id } } })),
    onError: noticeFailure,
    onSettled: () => client.invalidateQueries({ queryKey: ownSessionsQuery.queryKey }),
  });
  return (
    <li>
      <div>
        <div>
          {session.address ? <Theirs text={session.address} /> : t("sessions.no_address")}{" "}
          {session.current && <Badge tone="good">{t("sessions.current")}</Badge>}
        </div>
        <small>
          {t("sessions.used")} <Moment at={session.used_at} />
        </small>
        <small>
          {t("sessions.started")} <Moment at={session.started_at} />
        </small>
      </div>
      {!session.current && (
        <Button
          variant="default"
          size="compact-sm"
          loading={end.isPending}
          onClick={() => end.mutate()}
        >
          {t("sessions.end")}
        </Button>
      )}
    </li>
  );
}
