// What can be done with an item beside changing it: pause and resume, and delete.

import { Button, Group, Menu, Modal, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlayerPause, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { asking, Confirm } from "../../parts/Confirm";
import { More } from "../../parts/More";
import { usePermission } from "../../parts/permission";
import { whyNot } from "../../parts/reasons";
import { itemQuery, type LibraryItem } from "./queries";

export function ItemActions({ item }: { item: LibraryItem }) {
  const { t } = useTranslation("library");
  const mayEdit = usePermission("edit_library");
  const [asks, ask] = useState<"pause" | "delete" | null>(null);
  if (!mayEdit) {
    return null;
  }
  const isPaused = item.paused != null;
  const PauseIcon = isPaused ? IconPlayerPlay : IconPlayerPause;
  return (
    <>
      {item.settings.type === "managed_os" && (
        <Button
          variant="default"
          leftSection={<PauseIcon size={16} />}
          onClick={() => ask("pause")}
        >
          {isPaused ? t("pause.resume") : t("pause.pause")}
        </Button>
      )}
      <More label={t("more")}>
        <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => ask("delete")}>
          {t("delete.do")}
        </Menu.Item>
      </More>
      <Modal
        opened={asks === "pause"}
        onClose={() => ask(null)}
        title={isPaused ? t("pause.resume") : t("pause.pause")}
      >
        <PauseForm item={item} close={() => ask(null)} />
      </Modal>
      <Delete item={item} isOpen={asks === "delete"} close={() => ask(null)} />
    </>
  );
}

function PauseForm({ item, close }: { item: LibraryItem; close: () => void }) {
  const { t } = useTranslation(["library", "common"]);
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const paused = item.paused == null;
  const pause = useMutation({
    mutationFn: () =>
      asked(
        api.PUT("/api/v1/library-items/{id}/pause", {
          params: { path: { id: item.id } },
          body: { paused, reason: reason.trim() },
        }),
      ),
    onSuccess: (saved) => {
      client.setQueryData(itemQuery(item.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: ["library-items"] });
      void client.invalidateQueries({ queryKey: ["devices"] });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pause.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Text mb="md">{paused ? t("pause.pause_text") : t("pause.resume_text")}</Text>
      <TextInput
        label={t("pause.reason")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={pause.error && whyNot(pause.error)}
        required
        withAsterisk={false}
        data-autofocus
        mb="lg"
      />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          {t("common:cancel")}
        </Button>
        <Button type="submit" loading={pause.isPending}>
          {paused ? t("pause.pause") : t("pause.resume")}
        </Button>
      </Group>
    </form>
  );
}

interface DeleteProps {
  item: LibraryItem;
  isOpen: boolean;
  close: () => void;
}

function Delete({ item, isOpen, close }: DeleteProps) {
  const { t } = useTranslation("library");
  const client = useQueryClient();
  const navigate = useNavigate();
  const isUsed = item.blueprints.length > 0;
  const remove = useMutation({
    mutationFn: () =>
      asked(
        api.DELETE("/api/v1/library-items/{id}", {
          params: { path: { id: item.id }, header: { "If-Match": String(item.revision) } },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["library-items"] });
      notifications.show({ message: t("delete.done") });
      void navigate({ to: "/library" });
    },
  });
  return (
    <Confirm
      isOpen={isOpen}
      {...asking(remove, close)}
      title={t("delete.title")}
      text={
        isUsed
          ? t("delete.used", { names: item.blueprints.map((one) => one.name).join(", ") })
          : t("delete.asks")
      }
      word={isUsed ? undefined : t("delete.do")}
    />
  );
}
