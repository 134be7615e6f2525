// Brings Apple's list of releases by hand, and shows what the server made of it.

import { Alert, Button, Checkbox, FileInput, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUpload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { useFeedsChanged } from "../../parts/feeds/refresh";
import { whyNot } from "../../parts/reasons";
import { Theirs } from "../../parts/Theirs";
import classes from "./Settings.module.css";

export function ImportFeed() {
  const { t } = useTranslation("settings");
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconUpload size={14} />}
        onClick={dialog.open}
      >
        {t("feeds.import")}
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title={t("feeds.import_title")}>
        <Import close={dialog.close} />
      </Modal>
    </>
  );
}

function Import({ close }: { close: () => void }) {
  const { t } = useTranslation(["settings", "common"]);
  const [file, setFile] = useState<File | null>(null);
  const [confirm, setConfirm] = useState(false);
  const changed = useFeedsChanged();
  const bring = useMutation({
    mutationFn: async () => {
      const answer = (await file?.text()) ?? "";
      return asked(
        api.POST("/api/v1/feeds/gdmf/import", {
          params: { query: { confirm } },
          body: answer,
          // The file is the body, as Apple wrote it.
          bodySerializer: () => answer,
        }),
      );
    },
    onSuccess: changed,
  });
  if (bring.data) {
    return <Outcome outcome={bring.data} close={close} />;
  }
  const isUnbelieved = bring.error instanceof ApiError && bring.error.code === "feed_not_believed";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    bring.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Text mb="md">{t("feeds.import_text")}</Text>
      {bring.error && (
        <Alert color="red" mb="md" role="alert">
          <Theirs text={whyNot(bring.error)} />
        </Alert>
      )}
      <FileInput
        label={t("feeds.file")}
        placeholder="pmv.json"
        accept=".json,application/json"
        value={file}
        onChange={(chosen) => {
          setFile(chosen);
          setConfirm(false);
          bring.reset();
        }}
        mb="md"
      />
      {(isUnbelieved || confirm) && (
        <Checkbox
          label={t("feeds.confirm")}
          description={t("feeds.confirm_help")}
          checked={confirm}
          onChange={(event) => setConfirm(event.currentTarget.checked)}
          mb="md"
        />
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          {t("common:cancel")}
        </Button>
        <Button type="submit" disabled={!file} loading={bring.isPending}>
          {t("feeds.import_do")}
        </Button>
      </Group>
    </form>
  );
}

function Outcome({ outcome, close }: { outcome: Schemas["FeedOutcome"]; close: () => void }) {
  const { t } = useTranslation(["settings", "common"]);
  return (
    <>
      <Text mb="sm" role="status">
        {outcome.changes === 0
          ? t("feeds.nothing_new")
          : t("feeds.new", { count: outcome.changes })}
      </Text>
      {outcome.new_releases.length > 0 && (
        <>
          <h3 className={classes.subtitle}>{t("feeds.new_releases")}</h3>
          <ul className={classes.found}>
            {outcome.new_releases.map((id) => (
              <li key={id}>
                <Link to="/releases/$id" params={{ id }} onClick={close}>
                  {id}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
      {outcome.problems.length > 0 && (
        <>
          <h3 className={classes.subtitle}>{t("feeds.problems")}</h3>
          <ul className={classes.found}>
            {outcome.problems.map((problem) => (
              <li key={problem}>
                <Theirs text={problem} />
              </li>
            ))}
          </ul>
        </>
      )}
      <Group justify="flex-end">
        <Button onClick={close}>{t("common:close")}</Button>
      </Group>
    </>
  );
}
