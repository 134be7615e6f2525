// How old Apple's data is, and a way to ask Apple now.

import { Button, Tooltip } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { serverQuery } from "../../api/queries";
import { Badge } from "../../parts/Badge";
import { useRefreshFeed } from "../../parts/feeds/refresh";
import { usePermission } from "../../parts/permission";
import { Moment } from "../../parts/Time";
import classes from "./Releases.module.css";

export function FeedAge() {
  const { t } = useTranslation("releases");
  const { data: server } = useQuery(serverQuery);
  const mayRefresh = usePermission("refresh_catalog");
  const refresh = useRefreshFeed("gdmf", t("feed.asked"));
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
