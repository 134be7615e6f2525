// Backtest: what policies would have meant over the real history of releases.

import { Button, CopyButton } from "@mantine/core";
import { IconCheck, IconLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverQuery } from "../../api/queries";
import { FailedMessage } from "../../parts/Message";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { itemsQuery, type LibraryItem } from "../library/queries";
import classes from "./Backtest.module.css";
import { Choices } from "./Choices";
import { Results } from "./Results";
import { searchOf, type Wish, wishOf } from "./search";

export function BacktestPage() {
  const server = useQuery(serverQuery);
  const items = useQuery(itemsQuery);
  const error = server.error ?? items.error;
  if (error && !(server.data && items.data)) {
    const retry = () => {
      void server.refetch();
      void items.refetch();
    };
    return <FailedMessage error={error} retry={retry} />;
  }
  if (!server.data || !items.data) {
    return <PageLoading />;
  }
  return <Loaded fleetTime={server.data.fleet_time} items={items.data.items} />;
}

function Loaded({ fleetTime, items }: { fleetTime: string; items: LibraryItem[] }) {
  const { t } = useTranslation("backtest");
  const search = useSearch({ from: "/inside/backtest" });
  const navigate = useNavigate({ from: "/backtest" });
  // The last day stays while the page is open: a new one would mean to compute everything again.
  const [today] = useState(fleetTime.slice(0, 10));
  const year = Number(today.slice(0, 4));
  const wish = wishOf(search, year);
  const choose = (changes: Partial<Wish>) =>
    void navigate({ search: searchOf({ ...wish, ...changes }), replace: true });
  const managed = items.filter(({ settings }) => settings.type === "managed_os");
  return (
    <>
      <PageHeader title={t("title")} beside={<CopyLink wish={wish} />}>
        <p className={classes.about}>{t("about")}</p>
      </PageHeader>
      <div className={classes.page}>
        <Choices wish={wish} items={managed} year={year} choose={choose} />
        <Results wish={wish} items={managed} today={today} choose={choose} />
      </div>
    </>
  );
}

/** The address with every choice in it, those that are as usual too: they change with the years. */
function CopyLink({ wish }: { wish: Wish }) {
  const { t } = useTranslation("backtest");
  const query = new URLSearchParams(
    Object.entries(searchOf(wish)).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return (
    <CopyButton value={`${window.location.origin}/backtest?${query}`} timeout={2_000}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          leftSection={copied ? <IconCheck size={16} /> : <IconLink size={16} />}
          onClick={copy}
        >
          {copied ? t("copied") : t("copy")}
        </Button>
      )}
    </CopyButton>
  );
}
