// Asks a feed now, or brings its answer by hand where the server cannot reach it.

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useRefreshFeed } from "../../parts/feeds/refresh";

export function RefreshFeed({ name }: { name: Schemas["FeedName"] }) {
  const { t } = useTranslation(["settings", "home"]);
  const refresh = useRefreshFeed(name, t("feeds.read"));
  const label = t("feeds.refresh_named", { name: t(`home:feeds.${name}`) });
  return (
    <Tooltip label={t("feeds.refresh")}>
      <ActionIcon aria-label={label} loading={refresh.isPending} onClick={() => refresh.mutate()}>
        <IconRefresh size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
