// The library: everything that can be assigned, as cards by type.

import { Button, Menu, Select } from "@mantine/core";
import { IconBooks, IconFilterOff, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { inert } from "../../parts/inert";
import { FailedMessage, Message } from "../../parts/Message";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { platforms } from "../../parts/Platform";
import { usePermission } from "../../parts/permission";
import { SearchBox } from "../../parts/SearchBox";
import { ItemCard } from "./ItemCard";
import classes from "./Library.module.css";
import { blueprintsQuery, itemsQuery, type LibraryItem } from "./queries";
import { type LibrarySearch, types } from "./search";

export function LibraryPage() {
  const { t } = useTranslation(["library", "common"]);
  const search = useSearch({ from: "/inside/library" });
  const navigate = useNavigate({ from: "/library" });
  const { data, error, refetch } = useQuery(itemsQuery);
  const change = (changes: { [Key in keyof LibrarySearch]?: LibrarySearch[Key] | null | "" }) => {
    const kept = Object.entries({ ...search, ...changes }).filter(([, value]) => value);
    void navigate({ search: Object.fromEntries(kept) as LibrarySearch, replace: true });
  };
  return (
    <>
      <PageHeader title={t("title")} beside={<AddItem />} />
      <Filters search={search} change={change} />
      {error && !data ? (
        <FailedMessage error={error} retry={() => void refetch()} />
      ) : !data ? (
        <PageLoading />
      ) : (
        <Cards all={data.items} search={search} />
      )}
    </>
  );
}

interface FilterProps {
  search: LibrarySearch;
  change: (changes: { [Key in keyof LibrarySearch]?: LibrarySearch[Key] | null | "" }) => void;
}

function Filters({ search, change }: FilterProps) {
  const { t } = useTranslation(["library", "common"]);
  const { data: blueprints } = useQuery(blueprintsQuery);
  return (
    <div className={classes.tools}>
      <SearchBox
        label={t("search")}
        value={search.search ?? ""}
        onChange={(text) => change({ search: text })}
        className={classes.search}
      />
      <Select
        aria-label={t("filter.type")}
        placeholder={t("filter.any_type")}
        data={types.map((value) => ({ value, label: t(`type.${value}`) }))}
        value={search.type ?? null}
        onChange={(value) => change({ type: value as LibrarySearch["type"] | null })}
        clearable
        w={190}
      />
      <Select
        aria-label={t("filter.platform")}
        placeholder={t("filter.any_platform")}
        data={platforms.map((value) => ({ value, label: t(`common:platform.${value}`) }))}
        value={search.platform ?? null}
        onChange={(value) => change({ platform: value as LibrarySearch["platform"] | null })}
        clearable
        w={150}
      />
      <Select
        aria-label={t("filter.blueprint")}
        placeholder={t("filter.any_blueprint")}
        data={(blueprints?.items ?? []).map(({ id, name }) => ({ value: id, label: inert(name) }))}
        value={search.blueprint_id ?? null}
        onChange={(value) => change({ blueprint_id: value })}
        clearable
        searchable
        w={180}
      />
    </div>
  );
}

function matches(item: LibraryItem, search: LibrarySearch): boolean {
  const { settings } = item;
  const text = search.search?.toLowerCase() ?? "";
  return (
    (settings.label ?? "").toLowerCase().includes(text) &&
    (!search.type || settings.type === search.type) &&
    (!search.platform ||
      (settings.type === "managed_os" && settings.platform === search.platform)) &&
    (!search.blueprint_id || item.blueprints.some(({ id }) => id === search.blueprint_id))
  );
}

function Cards({ all, search }: { all: LibraryItem[]; search: LibrarySearch }) {
  const { t } = useTranslation("library");
  const found = all.filter((item) => matches(item, search));
  if (all.length === 0) {
    return (
      <Message Icon={IconBooks} title={t("none")} action={<AddItem />}>
        {t("none_text")}
      </Message>
    );
  }
  if (found.length === 0) {
    return (
      <Message
        Icon={IconFilterOff}
        title={t("none_match")}
        action={
          <Link to="/library" search={{}}>
            {t("show_all")}
          </Link>
        }
      >
        {t("none_match_text")}
      </Message>
    );
  }
  return (
    <div className={classes.groups}>
      {types.map((type) => {
        const items = found.filter((item) => item.settings.type === type).sort(byName);
        return items.length === 0 ? null : (
          <section key={type} aria-labelledby={`type-${type}`}>
            <h2 id={`type-${type}`} className={classes.type}>
              {t(`type.${type}`)} <span className={classes.number}>{items.length}</span>
            </h2>
            <ul className={classes.cards}>
              {items.map((item) => (
                <li key={item.id}>
                  <ItemCard item={item} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

/** By platform, the newest major first, then by label. */
function byName({ settings: a }: LibraryItem, { settings: b }: LibraryItem): number {
  if (a.type === "managed_os" && b.type === "managed_os") {
    const platform = platforms.indexOf(a.platform) - platforms.indexOf(b.platform);
    return platform || b.major - a.major || a.label.localeCompare(b.label);
  }
  return (a.label ?? "").localeCompare(b.label ?? "");
}

function AddItem() {
  const { t } = useTranslation("library");
  const mayEdit = usePermission("edit_library");
  if (!mayEdit) {
    return null;
  }
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button leftSection={<IconPlus size={16} />}>{t("add")}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {types.map((type) => (
          <Menu.Item
            key={type}
            renderRoot={(props) => <Link to="/library/new" search={{ type }} {...props} />}
          >
            {t(`type.${type}`)}
            <span className={classes.says}>{t(`type_says.${type}`)}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
