// Asks for one's password before something that whoever found an open page must not do.

import { Button, Group, PasswordInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import classes from "./Account.module.css";
import { Failed } from "./Failed";

interface Props<T> {
  label: string;
  ask: (password: string) => Promise<T>;
  done: (answer: T) => void;
  cancel: () => void;
  /** What is asked for besides. */
  children?: ReactNode;
  /** Why it was refused, where that needs words of its own. */
  failed?: (error: Error) => ReactNode;
}

export function AskPassword<T>({ label, ask, done, cancel, children, failed }: Props<T>) {
  const { t } = useTranslation(["account", "common"]);
  const { data: session } = useQuery(sessionQuery);
  const [password, setPassword] = useState("");
  const asking = useMutation({ mutationFn: () => ask(password), onSuccess: done });
  const isWrong = asking.error instanceof ApiError && asking.error.code === "forbidden";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asking.mutate();
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      {/* Password managers learn by it whose password this is. */}
      <input type="hidden" name="username" autoComplete="username" value={session?.name ?? ""} />
      {asking.error && !isWrong && (failed?.(asking.error) ?? <Failed error={asking.error} />)}
      {children}
      <PasswordInput
        label={t("second.password")}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={isWrong && t("password.wrong")}
      />
      <Group gap="xs">
        <Button type="submit" loading={asking.isPending}>
          {label}
        </Button>
        <Button variant="default" onClick={cancel}>
          {t("common:cancel")}
        </Button>
      </Group>
    </form>
  );
}
