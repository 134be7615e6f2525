// Asks before something is taken away.

import { Button, Group, Modal, Text } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { whyNot } from "./reasons";

interface Question {
  close: () => void;
  text: string;
  /** What is done, on the button; without it there is nothing to do but to go back. */
  word?: string | undefined;
  act: () => void;
  isPending?: boolean;
  error?: Error | null;
}

/** What a question before a mutation needs of it; what failed is forgotten when it is closed. */
export function asking<T>(mutation: UseMutationResult<T, Error, void>, close: () => void) {
  return {
    close: () => {
      mutation.reset();
      close();
    },
    act: () => mutation.mutate(),
    isPending: mutation.isPending,
    error: mutation.error,
  };
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
          {whyNot(error)}
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
