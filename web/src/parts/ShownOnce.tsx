// Something secret that was just made: the server shows it only now.

import { Button, CopyButton, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./ShownOnce.module.css";

interface Props {
  says: string;
  text: string;
  /** What the button that copies says, where "Copy" does not say what. */
  copy?: string;
  close: () => void;
}

export function ShownOnce({ says, text, copy: word, close }: Props) {
  const { t } = useTranslation("common");
  return (
    <>
      <Text mb="sm">{says}</Text>
      <p className={classes.text}>{text}</p>
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={close}>
          {t("close")}
        </Button>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button onClick={copy}>{copied ? t("copied") : (word ?? t("copy"))}</Button>
          )}
        </CopyButton>
      </Group>
    </>
  );
}
