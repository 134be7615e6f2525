// Gives somebody who forgot theirs another password.

import { Button, Group, PasswordInput, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked } from "../../api/client";
import { FormError } from "../../parts/FormError";
import { inert } from "../../parts/inert";
import { type Person, peopleQuery } from "./queries";

export function ResetPassword({ person, close }: { person: Person; close: () => void }) {
  const { t } = useTranslation(["settings", "common"]);
  const [password, setPassword] = useState("");
  const client = useQueryClient();
  const reset = useMutation({
    mutationFn: () => {
      const params = { path: { id: person.id }, header: { "If-Match": String(person.revision) } };
      const body = { name: null, password, role: null };
      return asked(api.PATCH("/api/v1/people/{id}", { params, body }));
    },
    onSuccess: () => {
      notifications.show({ message: t("people.password_done", { name: inert(person.name) }) });
      close();
    },
    onSettled: () => client.invalidateQueries({ queryKey: peopleQuery.queryKey }),
  });
  const error = reset.error instanceof ApiError ? reset.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reset.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Text mb="md">{t("people.password_asks")}</Text>
      <FormError error={reset.error} />
      <PasswordInput
        label={t("people.password_new")}
        description={t("people.password_help")}
        autoComplete="new-password"
        required
        withAsterisk={false}
        data-autofocus
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={error?.of("password")}
        mb="lg"
      />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          {t("common:cancel")}
        </Button>
        <Button type="submit" color="red" loading={reset.isPending}>
          {t("people.reset_password")}
        </Button>
      </Group>
    </form>
  );
}
