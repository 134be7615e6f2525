// Changes one's own password.

import { Button, PasswordInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import classes from "./Account.module.css";
import { Failed } from "./Failed";

export function PasswordForm() {
  const { t } = useTranslation("account");
  const { data: session } = useQuery(sessionQuery);
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const change = useMutation({
    mutationFn: () =>
      asked(
        api.PUT("/api/v1/account/password", {
          body: { current_password: current, new_password: fresh },
        }),
      ),
    onSuccess: () => {
      setCurrent("");
      setFresh("");
      notifications.show({ message: t("password.done") });
    },
  });
  const error = change.error instanceof ApiError ? change.error : null;
  const isWrong = error?.code === "forbidden" || Boolean(error?.of("current_password"));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      {/* Password managers learn by it whose password this is. */}
      <input type="hidden" name="username" autoComplete="username" value={session?.name ?? ""} />
      {change.error && !isWrong && !error?.details.length && <Failed error={change.error} />}
      <PasswordInput
        label={t("password.current")}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        error={isWrong && t("password.wrong")}
      />
      <PasswordInput
        label={t("password.new")}
        description={t("password.help")}
        autoComplete="new-password"
        required
        withAsterisk={false}
        minLength={12}
        value={fresh}
        onChange={(event) => setFresh(event.currentTarget.value)}
        error={error?.of("new_password")}
      />
      <Button type="submit" loading={change.isPending}>
        {t("password.do")}
      </Button>
    </form>
  );
}
