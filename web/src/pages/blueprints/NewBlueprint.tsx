// Makes a blueprint: a name, and whether it tells its devices apart.

import { Button, Group, Modal, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { whyNot } from "../../parts/reasons";

export function NewBlueprint({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const { t } = useTranslation("blueprints");
  return (
    <Modal opened={isOpen} onClose={close} title={t("new")}>
      <Form close={close} />
    </Modal>
  );
}

function Form({ close }: { close: () => void }) {
  const { t } = useTranslation(["blueprints", "common"]);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [kind, setKind] = useState("classic");
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () =>
      asked(
        api.POST("/api/v1/blueprints", {
          body: {
            name: name.trim(),
            description: description.trim(),
            assignment: kind === "map" ? { map: [] } : { classic: [] },
          },
        }),
      ),
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: ["blueprints"] });
      void navigate({ to: "/blueprints/$id", params: { id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={create.error && whyNot(create.error)}
        required
        withAsterisk={false}
        data-autofocus
        mb="sm"
      />
      <Textarea
        label={t("description")}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        autosize
        minRows={2}
        mb="sm"
      />
      <Radio.Group value={kind} onChange={setKind} label={t("kind.title")} mb="lg">
        <Stack gap="xs" mt={6}>
          {(["classic", "map"] as const).map((one) => (
            <Radio
              key={one}
              value={one}
              label={t(`kind.${one}`)}
              description={t(`kind.says.${one}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      <Group justify="flex-end" gap="xs">
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
