// The exemptions in force of an item or of a device: read, ended, and made.

import { ActionIcon, Button, Popover } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { serverQuery } from "../../api/queries";
import { Card } from "../Card";
import { inert } from "../inert";
import { noticeFailure } from "../notice";
import { usePermission } from "../permission";
import classes from "../Rows.module.css";
import { Theirs } from "../Theirs";
import { Day } from "../Time";
import { Unread } from "../Unread";
import { NewException } from "./NewException";
import { isOver } from "./over";
import { type Exception, exceptionsQuery, type Filter } from "./queries";

/** What a page's exemptions are of; an item's include those that a device has from every item. */
export type Of =
  | { kind: "item"; id: string }
  | { kind: "device"; id: string; items: { id: string; name: string }[] };

export function ExceptionsCard({ of }: { of: Of }) {
  const { t } = useTranslation("exceptions");
  const mayEdit = usePermission("edit_exceptions");
  const exceptions = useQuery(exceptionsQuery(filter(of)));
  const server = useQuery(serverQuery);
  const now = server.data?.fleet_time;
  const all = now && exceptions.data?.filter(({ until }) => !isOver(until, now));
  return (
    <Card title={t("title")} beside={mayEdit && <Add of={of} />}>
      {!all && <Unread query={exceptions.error ? exceptions : server} />}
      {all?.length === 0 && <p className={classes.quiet}>{t(`none.${of.kind}`)}</p>}
      <ul className={classes.rows}>
        {(all || []).map((one) => (
          <li key={one.id}>
            <div className={classes.who}>
              <span>
                {of.kind === "item" ? <ToDevice of={one} /> : <ToItem of={one} />} {t("until")}{" "}
                <Day date={one.until} isDevices />
              </span>
              <Theirs text={one.reason} className={classes.quiet} />
            </div>
            {mayEdit && <End exception={one} />}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function filter({ kind, id }: Of): Filter {
  return kind === "item" ? { item_id: id } : { device_id: id };
}

function ToDevice({ of: { device } }: { of: Exception }) {
  return (
    <Link to="/devices/$id" params={{ id: device.id }}>
      <Theirs text={device.name} />
    </Link>
  );
}

function ToItem({ of: { item } }: { of: Exception }) {
  const { t } = useTranslation("exceptions");
  return item ? (
    <Link to="/library/$id" params={{ id: item.id }}>
      <Theirs text={item.name} />
    </Link>
  ) : (
    t("every_item")
  );
}

function End({ exception: { id, device } }: { exception: Exception }) {
  const { t } = useTranslation("exceptions");
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => asked(api.DELETE("/api/v1/exceptions/{id}", { params: { path: { id } } })),
    onSuccess: () =>
      Promise.all(
        ["exceptions", "devices"].map((key) => client.invalidateQueries({ queryKey: [key] })),
      ),
    onError: noticeFailure,
  });
  return (
    <ActionIcon
      onClick={() => end.mutate()}
      loading={end.isPending}
      aria-label={t("end", { name: inert(device.name) })}
    >
      <IconTrash size={16} />
    </ActionIcon>
  );
}

function Add({ of }: { of: Of }) {
  const { t } = useTranslation("exceptions");
  const [isOpen, open] = useState(false);
  return (
    <Popover
      opened={isOpen}
      onChange={open}
      position="bottom-end"
      trapFocus
      shadow="md"
      width={320}
    >
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => open(!isOpen)}
        >
          {t(`add.${of.kind}`)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <NewException of={of} close={() => open(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}
