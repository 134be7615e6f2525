// How old Apple's list of releases is, on every page: what is decided can be no newer.

import { Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCloudDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { serverQuery } from "../api/queries";
import { distance, yours } from "../parts/time";
import classes from "./Sidebar.module.css";

export function DataAge() {
  const { t, i18n } = useTranslation();
  const { data: server } = useQuery(serverQuery);
  const feed = server?.feeds.find(({ name }) => name === "gdmf");
  if (!server || !feed) {
    return null;
  }
  const style = { language: i18n.language };
  const read = feed.accepted_at;
  const Icon = feed.stale ? IconAlertTriangle : IconCloudDown;
  const age = read
    ? t("data.age", { age: distance(server.fleet_time, read, style) })
    : t("data.never");
  return (
    <Tooltip
      label={read && t("data.read", { time: yours(read, style) })}
      disabled={!read}
      position="right"
    >
      <Link to="/releases" className={classes.data} data-stale={feed.stale || undefined}>
        <Icon size={16} stroke={1.6} aria-hidden="true" />
        <span>
          {age}
          {feed.stale && ` · ${t("data.stale")}`}
        </span>
      </Link>
    </Tooltip>
  );
}
