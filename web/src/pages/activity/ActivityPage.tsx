// Who did what, when and why: the audit log, whose chain anybody may check.

import { Drawer } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Column, DataTable } from "../../parts/DataTable";
import { Export } from "../../parts/Export";
import { useLongList } from "../../parts/longList";
import { Message } from "../../parts/Message";
import { PageHeader } from "../../parts/PageHeader";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import classes from "./Activity.module.css";
import { ActivityFilters } from "./ActivityFilters";
import { EntryDetails } from "./EntryDetails";
import { auditList, auditPage, type Entry } from "./queries";
import type { AuditSearch } from "./search";
import { Verify } from "./Verify";
import { act, objectOf } from "./words";

type Words = TFunction<["activity", "common"]>;

export function ActivityPage() {
  const { t } = useTranslation(["activity", "common"]);
  const search = useSearch({ from: "/inside/activity" });
  const navigate = useNavigate({ from: "/activity" });
  const [open, setOpen] = useState<Entry | null>(null);
  const list = useLongList(auditList(search));
  const columns = useMemo(() => entryColumns(t, setOpen), [t]);
  const change = useCallback(
    (changes: Partial<Record<keyof AuditSearch, string | null>>) => {
      const kept = Object.entries({ ...search, ...changes }).filter(([, value]) => value);
      void navigate({ search: Object.fromEntries(kept) as AuditSearch, replace: true });
    },
    [navigate, search],
  );
  return (
    <div className={classes.page}>
      <PageHeader title={t("title")} beside={<Verify />} />
      <div className={classes.tools}>
        <ActivityFilters search={search} change={change} />
        <Export
          name="macadam-audit"
          header={[
            "number",
            "at",
            "actor",
            "actor_name",
            "address",
            "action",
            "object",
            "reason",
            "document",
            "hash",
          ]}
          row={exported}
          page={(cursor) => auditPage(search, cursor)}
        />
      </div>
      <DataTable
        label={t("title")}
        columns={columns}
        {...list}
        card={(entry) => <EntryCard entry={entry} open={setOpen} />}
        empty={
          <Message Icon={IconHistory} title={t("none")}>
            {t("none_text")}
          </Message>
        }
      />
      <Drawer
        opened={open !== null}
        onClose={() => setOpen(null)}
        position="right"
        size="lg"
        title={open && t("entry", { number: open.number })}
      >
        {open && <EntryDetails entry={open} />}
      </Drawer>
    </div>
  );
}

function exported(entry: Entry): string[] {
  return [
    String(entry.number),
    entry.at,
    entry.actor,
    entry.actor_name,
    entry.address ?? "",
    entry.action,
    entry.object,
    entry.reason ?? "",
    JSON.stringify(entry.document),
    entry.hash,
  ];
}

interface ActProps {
  entry: Entry;
  open: (entry: Entry) => void;
}

function Act({ entry, open }: ActProps) {
  const { t } = useTranslation(["activity", "common"]);
  return (
    <button type="button" className={classes.act} onClick={() => open(entry)}>
      {act(t, entry)}
    </button>
  );
}

function entryColumns(t: Words, open: (entry: Entry) => void): Column<Entry>[] {
  return [
    {
      id: "act",
      header: t("column.act"),
      width: "minmax(12.25rem, 1.3fr)",
      cell: (entry) => <Act entry={entry} open={open} />,
    },
    {
      id: "object",
      header: t("column.object"),
      width: "minmax(10.5rem, 1.3fr)",
      cell: (entry) => <Target entry={entry} />,
    },
    {
      id: "who",
      header: t("column.who"),
      width: "minmax(10.5rem, 1.2fr)",
      cell: (entry) => <Theirs text={entry.actor_name} />,
    },
    {
      id: "reason",
      header: t("column.reason"),
      width: "minmax(8rem, 2fr)",
      cell: (entry) => <Theirs text={entry.reason ?? "–"} className={classes.second} />,
    },
    {
      id: "address",
      header: t("column.address"),
      width: "minmax(7rem, 9rem)",
      cell: (entry) => <Theirs text={entry.address ?? "–"} className={classes.second} />,
    },
    {
      id: "at",
      header: t("column.at"),
      width: "minmax(9.75rem, 10.5rem)",
      cell: (entry) => <Moment at={entry.at} names={false} />,
    },
  ];
}

function Target({ entry }: { entry: Entry }) {
  const { t } = useTranslation("activity");
  const { kind, id } = objectOf(entry);
  const name = named(entry);
  return (
    <span className={classes.second}>
      {t(`kind.${kind}` as "kind.devices", { defaultValue: kind.replaceAll("_", " ") })}{" "}
      {name ? (
        <Theirs text={name} />
      ) : (
        id && <span className={classes.code}>{id.slice(0, 13)}</span>
      )}
    </span>
  );
}

/** The name of what was acted on, where the act says it. */
function named({ document }: Entry): string | undefined {
  // Some acts ask for nothing, and some for a list.
  const asked: unknown = document;
  if (typeof asked !== "object" || asked === null) {
    return undefined;
  }
  const { name, label, email } = asked as Record<string, unknown>;
  return [name, label, email].find((value): value is string => typeof value === "string");
}

function EntryCard({ entry, open }: ActProps) {
  return (
    <>
      <Act entry={entry} open={open} />
      <span className={classes.cardLine}>
        <Theirs text={entry.actor_name} />
        <Moment at={entry.at} names={false} />
      </span>
    </>
  );
}
