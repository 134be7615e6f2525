// Beside the form: which blueprints assign the item, and which devices are exempt.

import { ActionIcon, Button, Group, Popover, Select, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { serverQuery } from "../../api/queries";
import { Card } from "../../parts/Card";
import { PastHalts } from "../../parts/halts/PastHalts";
import { haltsQuery } from "../../parts/halts/queries";
import { inert } from "../../parts/inert";
import { noticeFailure } from "../../parts/notice";
import { usePermission } from "../../parts/permission";
import { whyNot } from "../../parts/reasons";
import { Theirs } from "../../parts/Theirs";
import { Day } from "../../parts/Time";
import { Unread } from "../../parts/Unread";
import { isOver } from "./exemptions";
import classes from "./Item.module.css";
import { exceptionsQuery, type LibraryItem } from "./queries";
import { RingsCard } from "./RingsCard";

export function ItemSide({ item }: { item: LibraryItem }) {
  return (
    <>
      <Assignment item={item} />
      {item.settings.type === "managed_os" && (
        <>
          {(item.settings.rings?.length ?? 0) > 0 && <RingsCard id={item.id} />}
          <EndedHalts id={item.id} />
          <Exceptions item={item} />
        </>
      )}
    </>
  );
}

function EndedHalts({ id }: { id: string }) {
  const { data: halts = [] } = useQuery(haltsQuery);
  return <PastHalts all={halts.filter((halt) => halt.item.id === id && halt.resumed_at)} />;
}

function Assignment({ item }: { item: LibraryItem }) {
  const { t } = useTranslation("library");
  return (
    <Card title={t("assignment.where")}>
      {item.blueprints.length === 0 ? (
        <p className={classes.muted}>{t("assignment.none")}</p>
      ) : (
        <ul className={classes.list}>
          {item.blueprints.map((blueprint) => (
            <li key={blueprint.id}>
              <Link to="/blueprints/$id" params={{ id: blueprint.id }}>
                <Theirs text={blueprint.name} />
              </Link>
            </li>
          ))}
        </ul>
      )}
      <p className={classes.muted}>{t("assignment.reaches", { count: item.device_count })}</p>
    </Card>
  );
}

function Exceptions({ item }: { item: LibraryItem }) {
  const { t } = useTranslation("library");
  const mayEdit = usePermission("edit_exceptions");
  const exceptions = useQuery(exceptionsQuery(item.id));
  const server = useQuery(serverQuery);
  const now = server.data?.fleet_time;
  const all = now && exceptions.data?.filter(({ until }) => !isOver(until, now));
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: (id: string) =>
      asked(api.DELETE("/api/v1/exceptions/{id}", { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["exceptions"] }),
    onError: noticeFailure,
  });
  return (
    <Card title={t("exceptions.title")} beside={mayEdit && <NewException item={item} />}>
      {!all && <Unread query={exceptions.error ? exceptions : server} />}
      {all?.length === 0 && <p className={classes.muted}>{t("exceptions.none")}</p>}
      <ul className={classes.list}>
        {(all || []).map((one) => (
          <li key={one.id}>
            <span>
              <Link to="/devices/$id" params={{ id: one.device.id }}>
                <Theirs text={one.device.name} />
              </Link>{" "}
              {t("exceptions.until")} <Day date={one.until} isDevices />
              <br />
              <Theirs text={one.reason} className={classes.muted} />
            </span>
            {mayEdit && (
              <ActionIcon
                onClick={() => end.mutate(one.id)}
                aria-label={t("exceptions.end", { name: inert(one.device.name) })}
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function NewException({ item }: { item: LibraryItem }) {
  const { t } = useTranslation("library");
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
          {t("exceptions.add")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ExceptionForm item={item} close={() => open(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function ExceptionForm({ item, close }: { item: LibraryItem; close: () => void }) {
  const { t } = useTranslation(["library", "common"]);
  const [device, setDevice] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const { data: devices = [] } = useQuery({
    queryKey: ["devices", "names", item.id, search],
    queryFn: async ({ signal }) => {
      const query = { item_id: item.id, limit: 20, ...(search && { search }) };
      const page = await asked(api.GET("/api/v1/devices", { params: { query }, signal }));
      return page.items;
    },
    placeholderData: keepPreviousData,
  });
  const create = useMutation({
    mutationFn: () =>
      asked(
        api.POST("/api/v1/exceptions", {
          body: { device_id: device ?? "", item_id: item.id, until, reason },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["exceptions"] });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Select
        label={t("exceptions.device")}
        data={devices.map(({ id, name, serial_number }) => ({
          value: id,
          label: inert(name || serial_number),
        }))}
        searchable
        filter={({ options }) => options}
        searchValue={search}
        onSearchChange={setSearch}
        value={device}
        onChange={setDevice}
        comboboxProps={{ withinPortal: false }}
        required
        withAsterisk={false}
        mb="xs"
      />
      <TextInput
        type="date"
        label={t("exceptions.last_day")}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
        required
        withAsterisk={false}
        mb="xs"
      />
      <TextInput
        label={t("exceptions.reason")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        required
        withAsterisk={false}
        mb="sm"
      />
      {create.error && (
        <Text c="red" size="sm" mb="xs" role="alert">
          {whyNot(create.error)}
        </Text>
      )}
      <Group justify="flex-end">
        <Button size="xs" type="submit" loading={create.isPending}>
          {t("exceptions.add")}
        </Button>
      </Group>
    </form>
  );
}
