// Asks until when a device is exempt, and why.

import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { inert } from "../inert";
import { whyNot } from "../reasons";
import type { Of } from "./ExceptionsCard";

export function NewException({ of, close }: { of: Of; close: () => void }) {
  const { t } = useTranslation("exceptions");
  const [other, setOther] = useState<string | null>(null);
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: () => {
      const [device, item] = of.kind === "item" ? [other ?? "", of.id] : [of.id, other];
      const body = { device_id: device, item_id: item, until, reason };
      return asked(api.POST("/api/v1/exceptions", { body }));
    },
    onSuccess: () => {
      for (const key of ["exceptions", "devices"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      {of.kind === "item" ? (
        <DeviceOf item={of.id} value={other} change={setOther} />
      ) : (
        <ItemOf all={of.items} value={other} change={setOther} />
      )}
      <TextInput
        type="date"
        label={t("last_day")}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
        required
        withAsterisk={false}
        mb="xs"
      />
      <TextInput
        label={t("reason")}
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
          {t(`add.${of.kind}`)}
        </Button>
      </Group>
    </form>
  );
}

interface Choice {
  value: string | null;
  change: (id: string | null) => void;
}

function DeviceOf({ item, value, change }: Choice & { item: string }) {
  const { t } = useTranslation("exceptions");
  const [search, setSearch] = useState("");
  const { data: devices = [] } = useQuery({
    queryKey: ["devices", "names", item, search],
    queryFn: async ({ signal }) => {
      const query = { item_id: item, limit: 20, ...(search && { search }) };
      const page = await asked(api.GET("/api/v1/devices", { params: { query }, signal }));
      return page.items;
    },
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      label={t("device")}
      data={devices.map(({ id, name, serial_number }) => ({
        value: id,
        label: inert(name || serial_number),
      }))}
      searchable
      filter={({ options }) => options}
      searchValue={search}
      onSearchChange={setSearch}
      value={value}
      onChange={change}
      comboboxProps={{ withinPortal: false }}
      required
      withAsterisk={false}
      mb="xs"
    />
  );
}

/** One of the items that reach the device, or every one. */
function ItemOf({ all, value, change }: Choice & { all: { id: string; name: string }[] }) {
  const { t } = useTranslation("exceptions");
  return (
    <Select
      label={t("from")}
      data={[
        { value: "", label: t("every_item") },
        ...all.map(({ id, name }) => ({ value: id, label: inert(name) })),
      ]}
      value={value ?? ""}
      onChange={(id) => change(id || null)}
      allowDeselect={false}
      comboboxProps={{ withinPortal: false }}
      mb="xs"
    />
  );
}
