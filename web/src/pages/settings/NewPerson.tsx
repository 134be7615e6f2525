// Adds somebody who may sign in.

import { Button, Group, PasswordInput, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { FormError } from "../../parts/FormError";
import { type Role, roles } from "../../parts/roles";

export function NewPerson({ close }: { close: () => void }) {
  const { t } = useTranslation(["settings", "access"]);
  const [wish, setWish] = useState<Schemas["CreatePerson"]>({
    name: "",
    email: "",
    password: "",
    role: "help_desk",
  });
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: () => asked(api.POST("/api/v1/people", { body: wish })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["people"] });
      close();
    },
  });
  const error = create.error instanceof ApiError ? create.error : null;
  const field = (name: "name" | "email" | "password") => ({
    label: t(`people.${name}`),
    value: wish[name],
    error: error?.of(name),
    required: true,
    withAsterisk: false,
    mb: "sm",
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      setWish({ ...wish, [name]: event.currentTarget.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <FormError error={create.error} />
      <TextInput {...field("name")} data-autofocus autoComplete="off" />
      <TextInput {...field("email")} type="email" autoComplete="off" />
      <PasswordInput
        {...field("password")}
        description={t("people.password_help")}
        autoComplete="new-password"
      />
      <Select
        label={t("people.role")}
        description={t(`access:role_says.${wish.role}`)}
        data={roles.map((value) => ({ value, label: t(`access:role.${value}`) }))}
        value={wish.role}
        onChange={(role) => role && setWish({ ...wish, role: role as Role })}
        mb="lg"
      />
      <Group justify="flex-end">
        <Button type="submit" loading={create.isPending}>
          {t("people.add")}
        </Button>
      </Group>
    </form>
  );
}
