// How old Apple's data is, and a way to ask Apple now.

import { Button, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { serverQuery } from "../../api/queries";
import { Badge } from "../../parts/Badge";
import { noticeFailure } from "../../parts/notice";
import { usePermission } from "../../parts/permission";
import { Moment } from "../../parts/Time";
import classes from "./Releases.module.css";

export function FeedAge() {
  const { t } = useTranslation("releases");
  const { data: server } = useQuery(serverQuery);
  const mayRefresh = usePermission("refresh_catalog");
  const client = useQueryClient();
  const refresh = useMutation({
    mutationFn: () =>
      asked(api.POST("/api/v1/feeds/{name}/refresh", { params: { path: { name: "gdmf" } } })),
    onSuccess: () => {
      notifications.show({ message: t("feed.asked") });
      void client.invalidateQueries({ queryKey: ["server"] });
      void client.invalidateQueries({ queryKey: ["releases"] });
    },
    onError: noticeFailure,
  });
  const feed = server?.feeds.find(({ name }) => name === "gdmf");
  if (!feed) {
    return null;
  }
  return (
    <span className={classes.feed}>
      {feed.stale && <Badge tone="warn">{t("feed.stale")}</Badge>}
      {feed.accepted_at && (
        <span>
          {t("feed.age")} <Moment at={feed.accepted_at} />
        </span>
      )}
      {mayRefresh && (
        <Tooltip label={t("feed.ask_help")}>
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} />}
            loading={refresh.isPending}
            onClick={() => refresh.mutate()}
          >
            {t("feed.ask")}
          </Button>
        </Tooltip>
      )}
    </span>
  );
}
