// Lets a stopped release go on, with the reason that everybody reads later.

import { Button, Group, Modal, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked } from "../../api/client";
import { whyNot } from "../reasons";
import type { Halt } from "./queries";
import { useHaltWords } from "./words";

interface Props {
  halt: Halt;
  isOpen: boolean;
  close: () => void;
}

export function ResumeHalt({ halt, isOpen, close }: Props) {
  const { t } = useTranslation("halts");
  return (
    <Modal opened={isOpen} onClose={close} title={t("resume_title", { version: halt.version })}>
      <Form halt={halt} close={close} />
    </Modal>
  );
}

function Form({ halt, close }: Omit<Props, "isOpen">) {
  const { t } = useTranslation(["halts", "common"]);
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const words = useHaltWords(halt);
  const resume = useMutation({
    mutationFn: () =>
      asked(
        api.POST("/api/v1/ring-halts/{id}/resume", {
          params: { path: { id: halt.id } },
          body: { reason: reason.trim() },
        }),
      ),
    onSuccess: () => {
      notifications.show({ message: t("resumed", { version: halt.version }) });
      close();
    },
    onSettled: () => {
      for (const noun of ["ring-halts", "library-items", "devices", "summary", "audit"]) {
        void client.invalidateQueries({ queryKey: [noun] });
      }
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    resume.mutate();
  };
  const isOver = resume.error instanceof ApiError && resume.error.code === "already_exists";
  return (
    <form onSubmit={submit}>
      <Text mb="xs">{words.why}</Text>
      <Text mb="md">{t("resume_text")}</Text>
      <Textarea
        label={t("reason")}
        description={t("reason_help")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={resume.error && (isOver ? t("resumed_already") : whyNot(resume.error))}
        required
        withAsterisk={false}
        maxLength={500}
        autosize
        minRows={2}
        data-autofocus
        mb="lg"
      />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          {t("common:cancel")}
        </Button>
        <Button type="submit" loading={resume.isPending} disabled={reason.trim() === ""}>
          {t("resume")}
        </Button>
      </Group>
    </form>
  );
}
