// Asks before something is taken away.

import { Button, Group, Modal, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { sentence } from "./sentence";

interface Question {
  close: () => void;
  text: string;
  /** What is done, on the button; without it there is nothing to do but to go back. */
  word?: string | undefined;
  act: () => void;
  isPending?: boolean;
  error?: Error | null;
}

export function Confirm({
  isOpen,
  title,
  ...question
}: Question & { isOpen: boolean; title: string }) {
  return (
    <Modal opened={isOpen} onClose={question.close} title={title}>
      <Asked {...question} />
    </Modal>
  );
}

function Asked({ close, text, word, act, isPending = false, error }: Question) {
  const { t } = useTranslation("common");
  return (
    <>
      <Text mb="lg">{text}</Text>
      {error && (
        <Text c="red" mb="md" role="alert">
          {sentence(error.message)}
        </Text>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          {t("cancel")}
        </Button>
        {word && (
          <Button color="red" loading={isPending} onClick={act}>
            {word}
          </Button>
        )}
      </Group>
    </>
  );
}
