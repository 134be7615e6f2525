// What Apple's push service knows the server by, and how it is renewed, step by step.

import { Alert, Button, Checkbox, FileInput, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { Card } from "../../parts/Card";
import { FailedMessage } from "../../parts/Message";
import { PageLoading } from "../../parts/PageLoading";
import { usePermission } from "../../parts/permission";
import { reasons } from "../../parts/reasons";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import { Pairs } from "./Organization";
import { pushCertificateQuery } from "./queries";
import classes from "./Settings.module.css";
import { SigningRequest } from "./SigningRequest";

export function PushCertificate() {
  const { t } = useTranslation("settings");
  const mayEdit = usePermission("edit_push_certificate");
  const { data, error, refetch } = useQuery(pushCertificateQuery);
  if (error && data === undefined) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (data === undefined) {
    return <PageLoading />;
  }
  return (
    <div className={classes.stack}>
      <Card title={t("push.title")}>
        {data === null ? (
          <p className={classes.quiet}>{t("push.none")}</p>
        ) : (
          <Pairs
            all={[
              [t("push.topic"), <Theirs key="topic" text={data.topic} />],
              [t("push.expires"), <Moment key="expires" at={data.expires_at} />],
              [t("push.uploaded"), <Moment key="uploaded" at={data.uploaded_at} />],
              [t("push.by"), <Theirs key="by" text={data.uploaded_by} />],
            ]}
          />
        )}
      </Card>
      {mayEdit && (
        <Card title={data === null ? t("push.first") : t("push.renew")}>
          <ol className={classes.steps}>
            <li>
              {t("push.step_request")}
              <SigningRequest />
            </li>
            <li>{t("push.step_vendor")}</li>
            <li>{t("push.step_sign_in")}</li>
            <li>{data === null ? t("push.step_create") : t("push.step_renew")}</li>
            <li>
              {t("push.step_upload")}
              <Upload isFirst={data === null} />
            </li>
          </ol>
        </Card>
      )}
    </div>
  );
}

function Upload({ isFirst }: { isFirst: boolean }) {
  const { t } = useTranslation("settings");
  const [certificate, setCertificate] = useState<File | null>(null);
  const [key, setKey] = useState<File | null>(null);
  const [replaces, setReplaces] = useState(false);
  const client = useQueryClient();
  const upload = useMutation({
    mutationFn: async () =>
      asked(
        api.PUT("/api/v1/push-certificate", {
          body: {
            certificate_pem: (await certificate?.text()) ?? "",
            private_key_pem: (await key?.text()) ?? null,
            replace_topic: replaces,
          },
        }),
      ),
    onSuccess: () => {
      setCertificate(null);
      setKey(null);
      notifications.show({ message: t("push.done") });
      void client.invalidateQueries({ queryKey: ["push-certificate"] });
      void client.invalidateQueries({ queryKey: ["server"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    upload.mutate();
  };
  return (
    <form onSubmit={submit} className={classes.upload}>
      {upload.error && (
        <Alert color="red" mb="sm" role="alert">
          {reasons(upload.error).map((reason) => (
            <div key={reason}>{reason}</div>
          ))}
        </Alert>
      )}
      <Group align="flex-end" gap="sm" mb="sm">
        <FileInput
          label={t("push.certificate")}
          description={t("push.certificate_help")}
          placeholder=".pem"
          accept=".pem,.cer,.crt"
          value={certificate}
          onChange={setCertificate}
          w={230}
        />
        <FileInput
          label={t("push.key")}
          description={t("push.key_help")}
          placeholder=".pem"
          accept=".pem,.key"
          value={key}
          onChange={setKey}
          w={230}
        />
      </Group>
      {!isFirst && (
        <Checkbox
          label={t("push.replace")}
          description={t("push.replace_help")}
          checked={replaces}
          onChange={(event) => setReplaces(event.currentTarget.checked)}
          mb="sm"
        />
      )}
      <Button type="submit" disabled={!certificate} loading={upload.isPending}>
        {t("push.upload")}
      </Button>
    </form>
  );
}
