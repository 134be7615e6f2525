// The server: where it is, how it does, and how old its data about releases is.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { serverQuery } from "../../api/queries";
import { Card } from "../../parts/Card";
import { Feeds } from "../../parts/feeds/Feeds";
import { FailedMessage } from "../../parts/Message";
import { PageLoading } from "../../parts/PageLoading";
import { usePermission } from "../../parts/permission";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import { ApprovalCard } from "./Approval";
import { RefreshFeed } from "./FeedActions";
import { ImportFeed } from "./ImportFeed";
import classes from "./Settings.module.css";

export function Organization() {
  const { t } = useTranslation("settings");
  const mayRefresh = usePermission("refresh_catalog");
  const { data: server, error, refetch } = useQuery(serverQuery);
  if (error && !server) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!server) {
    return <PageLoading />;
  }
  return (
    <div className={classes.stack}>
      <Card title={t("server.title")}>
        <Pairs
          all={[
            [t("server.url"), <Theirs key="url" text={server.public_url} />],
            [t("server.version"), server.version],
            [t("server.database"), t(`server.${server.database}`)],
            [t("server.started"), <Moment key="started" at={server.started_at} />],
            [t("server.fleet_time"), <Moment key="fleet" at={server.fleet_time} />],
          ]}
        />
      </Card>
      <ApprovalCard approval={server.approval} />
      <Feeds
        all={server.feeds}
        beside={mayRefresh && <ImportFeed />}
        act={(feed) => mayRefresh && <RefreshFeed name={feed.name} />}
      />
      <p className={classes.quiet}>
        {t("server.feeds_help")} <Link to="/releases">{t("server.releases")}</Link>
      </p>
    </div>
  );
}

export function Pairs({ all }: { all: [string, ReactNode][] }) {
  return (
    <dl className={classes.pairs}>
      {all.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
