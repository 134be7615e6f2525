// The very first page of a new server: its first owner.

import { Alert, Button, PasswordInput, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { useFailure } from "../../parts/Message";
import { Door } from "./Door";

const nobody: Schemas["SetUp"] = { code: "", name: "", email: "", password: "" };

export function SetUpPage() {
  const { t } = useTranslation("session");
  const [wish, setWish] = useState(nobody);
  const client = useQueryClient();
  const navigate = useNavigate();
  const setUp = useMutation({
    mutationFn: () =>
      asked(api.POST("/api/v1/setup", { body: { ...wish, code: wish.code.trim() } })),
    onSuccess: ({ session }) => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, session);
      void navigate({ to: "/" });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setUp.mutate();
  };
  const error = setUp.error instanceof ApiError ? setUp.error : null;
  const field = (name: keyof Schemas["SetUp"]) => ({
    name,
    required: true,
    withAsterisk: false,
    mb: "sm",
    value: wish[name],
    error: error?.of(name),
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      setWish({ ...wish, [name]: event.currentTarget.value }),
  });
  return (
    <Door title={t("set_up.title")}>
      <Text c="dimmed" mb="md">
        {t("set_up.text")}
      </Text>
      <form onSubmit={submit}>
        {setUp.error && !error?.details.length && <SetUpFailed error={setUp.error} />}
        <TextInput
          {...field("code")}
          label={t("set_up.code")}
          description={t("set_up.code_help")}
          autoComplete="off"
          spellCheck={false}
        />
        <TextInput {...field("name")} label={t("set_up.name")} autoComplete="name" />
        <TextInput
          {...field("email")}
          label={t("set_up.email")}
          type="email"
          autoComplete="username"
        />
        <PasswordInput
          {...field("password")}
          label={t("set_up.password")}
          description={t("set_up.password_help")}
          autoComplete="new-password"
          mb="lg"
        />
        <Button type="submit" fullWidth loading={setUp.isPending}>
          {t("set_up.do")}
        </Button>
      </form>
    </Door>
  );
}

function SetUpFailed({ error }: { error: Error }) {
  const { t } = useTranslation("session");
  const failure = useFailure(error);
  const isDone = error instanceof ApiError && error.code === "already_exists";
  const isRefused = error instanceof ApiError && error.code === "forbidden";
  return (
    <Alert color="red" mb="md" role="alert">
      {isDone ? t("set_up.done") : isRefused ? t("set_up.wrong_code") : failure}
    </Alert>
  );
}
