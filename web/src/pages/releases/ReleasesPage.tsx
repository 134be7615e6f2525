// What Apple published: a plot of the last year, and every release below it.

import { SegmentedControl } from "@mantine/core";
import { IconPackage } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "../../parts/Badge";
import { type Column, DataTable } from "../../parts/DataTable";
import { Message } from "../../parts/Message";
import { PageHeader } from "../../parts/PageHeader";
import { Day } from "../../parts/Time";
import { Adoption } from "./Adoption";
import { FeedAge } from "./FeedAge";
import { type ListName, type Release, releasesQuery } from "./queries";
import { ReleaseState } from "./ReleaseState";
import classes from "./Releases.module.css";
import { lists } from "./search";
import { Timeline } from "./Timeline";

type Words = TFunction<["releases", "common"]>;

export function ReleasesPage() {
  const { t } = useTranslation(["releases", "common"]);
  const { list = "macos" } = useSearch({ from: "/inside/releases" });
  const navigate = useNavigate({ from: "/releases" });
  const { data, error, isPending, refetch } = useQuery(releasesQuery(list));
  const columns = useMemo(() => releaseColumns(t), [t]);
  const choose = (value: string) =>
    void navigate({ search: { list: value as ListName }, replace: true });
  return (
    <div className={classes.page}>
      <PageHeader title={t("title")} beside={<FeedAge />} />
      <div className={classes.tools}>
        <SegmentedControl
          aria-label={t("list")}
          value={list}
          onChange={choose}
          data={lists.map((value) => ({ value, label: t(`lists.${value}`) }))}
        />
      </div>
      {data && data.length > 0 && <Timeline releases={data} platform={t(`lists.${list}`)} />}
      <DataTable
        label={t("title")}
        columns={columns}
        rows={data ?? []}
        rowKey={(release) => release.id}
        card={(release) => <ReleaseCard release={release} />}
        isLoading={isPending}
        error={error}
        retry={() => void refetch()}
        empty={
          <Message Icon={IconPackage} title={t("none")}>
            {t("none_text")}
          </Message>
        }
      />
    </div>
  );
}

function Version({ release }: { release: Release }) {
  const { t } = useTranslation("releases");
  return (
    <span className={classes.version}>
      <Link to="/releases/$id" params={{ id: release.id }} className={classes.link}>
        {t(`name.${release.list}`)} {release.version}
      </Link>
      {release.exploited && <Badge tone="bad">{t("exploited")}</Badge>}
    </span>
  );
}

function releaseColumns(t: Words): Column<Release>[] {
  return [
    {
      id: "version",
      header: t("column.version"),
      width: "minmax(14rem, 1.4fr)",
      cell: (release) => <Version release={release} />,
    },
    {
      id: "kind",
      header: t("column.kind"),
      width: "minmax(9rem, 1fr)",
      cell: (release) => <span className={classes.second}>{t(`kind.${release.kind}`)}</span>,
    },
    {
      id: "released",
      header: t("column.released"),
      width: "minmax(7rem, 8rem)",
      cell: (release) => <Day date={release.released_on} />,
    },
    {
      id: "state",
      header: t("column.state"),
      width: "minmax(10rem, 12rem)",
      cell: (release) => <ReleaseState release={release} />,
    },
    {
      id: "cves",
      header: t("column.cves"),
      width: "minmax(6rem, 7rem)",
      cell: (release) => <span className="number">{release.cve_count || "–"}</span>,
    },
    {
      id: "adoption",
      header: t("column.adoption"),
      width: "minmax(11rem, 1fr)",
      cell: (release) => <Adoption release={release} />,
    },
  ];
}

function ReleaseCard({ release }: { release: Release }) {
  return (
    <>
      <span className={classes.cardHead}>
        <Version release={release} />
        <ReleaseState release={release} />
      </span>
      <span className={classes.cardLine}>
        <Day date={release.released_on} /> <Adoption release={release} />
      </span>
    </>
  );
}
