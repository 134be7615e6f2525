// Makes an enrollment link, and shows it this once.

import { Alert, Button, Group, Modal, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { inert } from "../../parts/inert";
import { whyNot } from "../../parts/reasons";
import { ShownOnce } from "../../parts/ShownOnce";
import { blueprintNamesQuery } from "../devices/queries";

const HOURS = ["1", "24", "72", "168", "720"] as const;

export function NewLink({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const { t } = useTranslation("enrollment");
  return (
    <Modal opened={isOpen} onClose={close} title={t("new")} size="md">
      <Form close={close} />
    </Modal>
  );
}

function Form({ close }: { close: () => void }) {
  const { t } = useTranslation(["enrollment", "common"]);
  const [note, setNote] = useState("");
  const [blueprint, setBlueprint] = useState<string | null>(null);
  const [hours, setHours] = useState<string | null>("24");
  const { data: blueprints = [] } = useQuery(blueprintNamesQuery);
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: () =>
      asked(
        api.POST("/api/v1/enrollments", {
          body: { note: note.trim(), blueprint_id: blueprint, valid_hours: Number(hours) },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["enrollments"] }),
  });
  if (create.data) {
    return <ShownOnce says={t("made")} text={create.data.url} copy={t("copy")} close={close} />;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      {create.error && (
        <Alert color="red" mb="md" role="alert">
          {whyNot(create.error)}
        </Alert>
      )}
      <TextInput
        label={t("column.note")}
        description={t("note_help")}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-autofocus
        mb="sm"
      />
      <Select
        label={t("column.blueprint")}
        description={t("blueprint_help")}
        placeholder={t("no_blueprint")}
        data={blueprints.map(({ id, name }) => ({ value: id, label: inert(name) }))}
        value={blueprint}
        onChange={setBlueprint}
        clearable
        mb="sm"
      />
      <Select
        label={t("valid")}
        data={HOURS.map((value) => ({ value, label: t(`hours.${value}`) }))}
        value={hours}
        onChange={setHours}
        mb="lg"
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {t("common:cancel")}
        </Button>
        <Button type="submit" loading={create.isPending}>
          {t("create")}
        </Button>
      </Group>
    </form>
  );
}
