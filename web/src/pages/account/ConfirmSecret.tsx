// Hands the secret to an authenticator app, and confirms it with a code that the app shows.

import { Anchor, Button, CopyButton, Group, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import classes from "./Account.module.css";
import { Failed } from "./Failed";
import { QrCode } from "./QrCode";

interface Props {
  secret: Schemas["TotpSecret"];
  done: (codes: Schemas["RecoveryCodes"]) => void;
  cancel: () => void;
}

export function ConfirmSecret({ secret, done, cancel }: Props) {
  const { t } = useTranslation(["account", "common"]);
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: () => asked(api.PUT("/api/v1/account/totp", { body: { code: code.trim() } })),
    onSuccess: done,
    onError: () => setCode(""),
  });
  const isWrong = confirm.error instanceof ApiError && Boolean(confirm.error.of("code"));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      <p className={classes.text}>{t("second.scan")}</p>
      <QrCode text={secret.url} label={t("second.qr")} />
      <p className={classes.hint}>
        {t("second.type")} <Anchor href={secret.url}>{t("second.open")}</Anchor>
      </p>
      <Group gap="xs">
        <code className={classes.code}>{secret.secret}</code>
        <CopyButton value={secret.secret}>
          {({ copied, copy }) => (
            <Button variant="default" size="compact-sm" onClick={copy}>
              {copied ? t("common:copied") : t("common:copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
      {confirm.error && !isWrong && <Failed error={confirm.error} />}
      <TextInput
        label={t("second.code")}
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        withAsterisk={false}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        error={isWrong && t("second.wrong_code")}
      />
      <Group gap="xs">
        <Button type="submit" loading={confirm.isPending}>
          {t("second.confirm")}
        </Button>
        <Button variant="default" onClick={cancel}>
          {t("common:cancel")}
        </Button>
      </Group>
    </form>
  );
}
