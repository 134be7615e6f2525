// One library item: its settings, how devices stand with it, and what was done to it.

import { Alert, Tabs } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { BackLink } from "../../parts/BackLink";
import { OpenHalt } from "../../parts/halts/OpenHalt";
import { haltsQuery } from "../../parts/halts/queries";
import { inert } from "../../parts/inert";
import { useIntent } from "../../parts/intent";
import { Later } from "../../parts/Later";
import { FailedMessage } from "../../parts/Message";
import { osName } from "../../parts/osName";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { PlatformIcon } from "../../parts/Platform";
import { usePermission } from "../../parts/permission";
import { Sideways } from "../../parts/Sideways";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import { EditItem } from "./EditItem";
import classes from "./Item.module.css";
import { ItemActions } from "./ItemActions";
import { ItemActivity } from "./ItemActivity";
import { ItemStatus } from "./ItemStatus";
import { itemQuery, type LibraryItem } from "./queries";
import { type ItemTab, itemTabs } from "./search";
import { useItemEdit } from "./useItemEdit";

export function ItemPage() {
  const { id } = useParams({ from: "/inside/library/$id" });
  const { data: item, error, refetch } = useQuery(itemQuery(id));
  if (error && !item) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  return item ? <Item key={id} item={item} /> : <PageLoading />;
}

function Item({ item }: { item: LibraryItem }) {
  const { t } = useTranslation(["library", "common"]);
  const { id } = item;
  const search = useSearch({ from: "/inside/library/$id" });
  const { tab = "settings" } = search;
  const navigate = useNavigate({ from: "/library/$id" });
  const router = useRouter();
  const intent = useIntent();
  const ahead = (tab: ItemTab) => () =>
    void router.preloadRoute({ to: "/library/$id", params: { id }, search: { tab } });
  const mayReadAudit = usePermission("read_audit");
  // What is typed outlives the tab it is typed in.
  const edit = useItemEdit(item);
  const shown = itemTabs.filter((name) => name !== "activity" || mayReadAudit);
  return (
    <div className={classes.page}>
      <PageHeader
        title={inert(item.settings.label ?? "")}
        above={<BackLink to="/library">{t("title")}</BackLink>}
        beside={
          <>
            <ItemActions item={item} />
            <Badge item={item} />
          </>
        }
      >
        <Facts item={item} />
      </PageHeader>
      {item.paused && (
        <Alert
          color="yellow"
          icon={<IconPlayerPause size={18} />}
          title={t("pause.is_paused")}
          mx="lg"
          mb="sm"
        >
          <Theirs text={item.paused.reason} /> · {t("pause.since")}{" "}
          <Moment at={item.paused.since} />
        </Alert>
      )}
      <Halted id={id} />
      <Tabs
        value={tab}
        onChange={(value) => void navigate({ search: { tab: value as ItemTab } })}
        keepMounted={false}
      >
        <Sideways chosen={tab}>
          <Tabs.List className={classes.tabList}>
            {shown.map((name) => (
              <Tabs.Tab key={name} value={name} {...intent(ahead(name))}>
                {t(`tab.${name}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Sideways>
        <Tabs.Panel value="settings">
          <Later>
            <EditItem item={item} edit={edit} />
          </Later>
        </Tabs.Panel>
        <Tabs.Panel value="status">
          <Later>
            <ItemStatus item={item} search={search} />
          </Later>
        </Tabs.Panel>
        <Tabs.Panel value="activity">
          <ItemActivity
            object={`library_items/${id}`}
            none={t("activity.none")}
            noneText={t("activity.none_text")}
          />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

/** Releases that trouble in one of the item's rings stopped. */
function Halted({ id }: { id: string }) {
  const { data: halts = [] } = useQuery(haltsQuery);
  const open = halts.filter((halt) => halt.item.id === id && !halt.resumed_at);
  return open.length === 0 ? null : (
    <div className={classes.halts}>
      {open.map((halt) => (
        <OpenHalt key={halt.id} halt={halt} />
      ))}
    </div>
  );
}

/** The newest release that this item would install. */
function Badge({ item }: { item: LibraryItem }) {
  const { t } = useTranslation("library");
  if (item.settings.type !== "managed_os") {
    return null;
  }
  return (
    <span className={classes.badge}>
      <small>{t("newest")}</small> {item.version_badge ?? "–"}
    </span>
  );
}

function Facts({ item }: { item: LibraryItem }) {
  const { t } = useTranslation("library");
  const { settings } = item;
  return (
    <p className={classes.facts}>
      {settings.type === "managed_os" ? (
        <span className={classes.fact}>
          <PlatformIcon platform={settings.platform} size={16} />
          {osName(settings.platform, settings.major)}
        </span>
      ) : (
        <span>{t("type.software_update_settings")}</span>
      )}
      <span>
        {t("changed")} <Moment at={item.updated_at} />
      </span>
    </p>
  );
}
