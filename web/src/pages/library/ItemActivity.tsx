// Who did what to one thing, and what each change of an item changed.

import { Button } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Card } from "../../parts/Card";
import { FailedMessage, Message } from "../../parts/Message";
import { PageLoading } from "../../parts/PageLoading";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import { act } from "../activity/words";
import classes from "./Item.module.css";
import { changed, type Fields } from "./merge";
import { activityQuery } from "./queries";
import { fieldName, fieldSays } from "./says";

type Entry = Schemas["AuditEntry"];

const ACTIONS = [
  "create_library_item",
  "update_library_item",
  "pause_library_item",
  "resume_library_item",
  "apply_policy",
] as const;

interface Props {
  /** As the audit log names it, such as `devices/ID`. */
  object: string;
  none: string;
  noneText: string;
}

export function ItemActivity({ object, none, noneText }: Props) {
  const { t } = useTranslation(["library", "common"]);
  const list = useInfiniteQuery(activityQuery(object));
  if (list.error && !list.data) {
    return <FailedMessage error={list.error} retry={() => void list.refetch()} />;
  }
  if (!list.data) {
    return <PageLoading />;
  }
  const entries = list.data.pages.flatMap((page) => page.items);
  if (entries.length === 0) {
    return (
      <Message Icon={IconHistory} title={none}>
        {noneText}
      </Message>
    );
  }
  return (
    <div className={classes.panel}>
      <Card title={t("tab.activity")}>
        <ol className={classes.acts}>
          {entries.map((entry, index) => (
            <Act key={entry.number} entry={entry} earlier={entries.slice(index + 1)} />
          ))}
        </ol>
        {list.hasNextPage && (
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {t("common:more")}
          </Button>
        )}
      </Card>
    </div>
  );
}

function Act({ entry, earlier }: { entry: Entry; earlier: Entry[] }) {
  const { t } = useTranslation("library");
  const action = ACTIONS.find((one) => one === entry.action);
  const { t: words } = useTranslation(["activity", "common"]);
  const before = earlier.find((one) => isSettings(one.document));
  return (
    <li className={classes.act}>
      <div>
        <Theirs text={entry.actor_name} />{" "}
        {action ? t(`activity.${action}`) : `· ${act(words, entry)} ·`}{" "}
        <span className={classes.muted}>
          <Moment at={entry.at} />
        </span>
      </div>
      {entry.reason && (
        <div className={classes.muted}>
          <Theirs text={entry.reason} />
        </div>
      )}
      {before && isSettings(entry.document) && (
        <Diff before={before.document as Fields} after={entry.document as Fields} />
      )}
    </li>
  );
}

function isSettings(document: unknown): boolean {
  return typeof document === "object" && document !== null && "label" in document;
}

function Diff({ before, after }: { before: Fields; after: Fields }) {
  const { t, i18n } = useTranslation(["library", "common"]);
  return (
    <dl className={classes.diff}>
      {changed(before, after).map((field) => (
        <div key={field} style={{ display: "contents" }}>
          <dt>{fieldName(t, field)}</dt>
          <dd>
            <del>{fieldSays(t, field, before[field], i18n.language)}</del>
            {" → "}
            {fieldSays(t, field, after[field], i18n.language)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
