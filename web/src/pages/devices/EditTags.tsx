// Asks for the tags of one device.

import { Button, Group, Modal, TagsInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked, type Schemas } from "../../api/client";
import { whyNot } from "../../parts/reasons";

interface Props {
  device: Schemas["DeviceRecord"];
  close: () => void;
}

export function EditTags({ device, close }: Props) {
  const { t } = useTranslation(["devices", "actions", "common"]);
  const [tags, setTags] = useState(device.tags);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      asked(
        api.PATCH("/api/v1/devices/{id}", {
          params: { path: { id: device.id } },
          body: { tags, blueprint_id: null },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["devices"] });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Modal opened onClose={close} title={t("tags.edit")}>
      <form onSubmit={submit}>
        <TagsInput
          label={t("column.tags")}
          description={t("actions:tags_help")}
          value={tags}
          onChange={setTags}
          acceptValueOnBlur
          maxTags={32}
          error={save.error && whyNot(save.error)}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs" mt="lg">
          <Button variant="default" onClick={close}>
            {t("common:cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t("common:save")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
