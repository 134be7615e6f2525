// Every blueprint: what it is called, how many devices are in it, and what it gives them.

import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconFilterOff, IconLayoutGrid, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Badge } from "../../parts/Badge";
import { inert } from "../../parts/inert";
import { FailedMessage, Message } from "../../parts/Message";
import { numberFormat } from "../../parts/number";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { usePermission } from "../../parts/permission";
import { SearchBox } from "../../parts/SearchBox";
import { Theirs } from "../../parts/Theirs";
import { blueprintsQuery, itemsQuery } from "../library/queries";
import classes from "./Blueprints.module.css";
import { allItems } from "./map/tree";
import { NewBlueprint } from "./NewBlueprint";
import type { Blueprint } from "./queries";

export function BlueprintsPage() {
  const { t } = useTranslation(["blueprints", "common"]);
  const { search = "" } = useSearch({ from: "/inside/blueprints" });
  const navigate = useNavigate({ from: "/blueprints" });
  const [isOpen, dialog] = useDisclosure(false);
  const mayEdit = usePermission("edit_blueprints");
  const { data, error, refetch } = useQuery(blueprintsQuery);
  const create = mayEdit && (
    <Button leftSection={<IconPlus size={16} />} onClick={dialog.open}>
      {t("new")}
    </Button>
  );
  const all = data?.items ?? [];
  const found = all.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
  return (
    <>
      <PageHeader title={t("title")} beside={create} />
      <div className={classes.tools}>
        <SearchBox
          label={t("search")}
          value={search}
          onChange={(text) =>
            void navigate({ search: text ? { search: text } : {}, replace: true })
          }
          className={classes.search}
        />
      </div>
      {error && !data ? (
        <FailedMessage error={error} retry={() => void refetch()} />
      ) : !data ? (
        <PageLoading />
      ) : all.length === 0 ? (
        <Message Icon={IconLayoutGrid} title={t("none")} action={create}>
          {t("none_text")}
        </Message>
      ) : found.length === 0 ? (
        <Message
          Icon={IconFilterOff}
          title={t("none_match")}
          action={
            <Link to="/blueprints" search={{}}>
              {t("show_all")}
            </Link>
          }
        />
      ) : (
        <ul className={classes.cards}>
          {found.map((blueprint) => (
            <li key={blueprint.id}>
              <BlueprintCard blueprint={blueprint} />
            </li>
          ))}
        </ul>
      )}
      <NewBlueprint isOpen={isOpen} close={dialog.close} />
    </>
  );
}

function BlueprintCard({ blueprint }: { blueprint: Blueprint }) {
  const { t, i18n } = useTranslation(["blueprints", "common"]);
  const { data: library } = useQuery(itemsQuery);
  const { assignment, device_count: count } = blueprint;
  const isMap = "map" in assignment;
  const ids = isMap ? allItems(assignment.map) : assignment.classic;
  const labels = ids.map(
    (id) => library?.items.find((item) => item.id === id)?.settings.label ?? "…",
  );
  const number = numberFormat(i18n.language).format(count);
  return (
    <article className={classes.card}>
      <div className={classes.cardHead}>
        <h2 className={classes.name}>
          <Link to="/blueprints/$id" params={{ id: blueprint.id }} className={classes.link}>
            <Theirs text={blueprint.name} />
          </Link>
        </h2>
        <Badge tone="quiet">{isMap ? t("kind.map") : t("kind.classic")}</Badge>
      </div>
      {blueprint.description && (
        <p className={classes.about}>
          <Theirs text={blueprint.description} />
        </p>
      )}
      <p className={classes.items}>
        {labels.length === 0 ? t("no_items") : labels.map((label) => inert(label)).join(", ")}
      </p>
      <Link to="/devices" search={{ blueprint_id: blueprint.id }} className={classes.count}>
        {t("common:devices", { count, number })}
      </Link>
    </article>
  );
}
