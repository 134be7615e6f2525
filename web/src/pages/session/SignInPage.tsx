// Signing in.

import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { useFailure } from "../../parts/Message";
import { Door } from "./Door";

export function SignInPage() {
  const { t } = useTranslation("session");
  const { next } = useSearch({ from: "/sign-in" });
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const client = useQueryClient();
  const router = useRouter();
  const signIn = useMutation({
    mutationFn: () => asked(api.POST("/api/v1/session", { body: { email, password } })),
    onSuccess: ({ session }) => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, session);
      router.history.push(inside(next));
    },
    onError: () => setPassword(""),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <Door title={t("sign_in.title")}>
      <form onSubmit={submit}>
        {signIn.error && <SignInFailed error={signIn.error} />}
        <TextInput
          label={t("sign_in.email")}
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          data-autofocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          mb="sm"
        />
        <PasswordInput
          label={t("sign_in.password")}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          mb="lg"
        />
        <Button type="submit" fullWidth loading={signIn.isPending}>
          {t("sign_in.do")}
        </Button>
      </form>
    </Door>
  );
}

function SignInFailed({ error }: { error: Error }) {
  const { t } = useTranslation("session");
  const failure = useFailure(error);
  const code = error instanceof ApiError ? error.code : "";
  const known = {
    wrong_credentials: t("sign_in.wrong"),
    too_many_requests: t("sign_in.slow_down"),
  };
  return (
    <Alert color="red" mb="md" role="alert">
      {known[code as keyof typeof known] ?? failure}
    </Alert>
  );
}

/** Where one wanted to go, if that is a page of ours. */
function inside(next: string | undefined): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/\\") ? next : "/";
}
