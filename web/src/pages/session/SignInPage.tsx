// Signing in: with a password and, where the person has set one up, a code; or with a passkey.

import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { useFailure } from "../../parts/Message";
import { CodeField } from "./CodeField";
import { Door } from "./Door";
import { PasskeySignIn } from "./PasskeySignIn";

type Step = "password" | "code";

export function SignInPage() {
  const { t } = useTranslation(["session", "common"]);
  const { next } = useSearch({ from: "/sign-in" });
  const [step, setStep] = useState<Step>("password");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const client = useQueryClient();
  const router = useRouter();
  const enter = ({ session }: Schemas["SignedIn"]) => {
    client.clear();
    client.setQueryData(sessionQuery.queryKey, session);
    router.history.push(inside(next));
  };
  const signIn = useMutation({
    mutationFn: () => {
      const second = step === "code" ? { code: code.trim() } : {};
      return asked(api.POST("/api/v1/session", { body: { email, password, ...second } }));
    },
    onSuccess: enter,
    onError: (error) => {
      if (asksCode(error)) {
        setCode("");
        setStep("code");
      } else if (isRefused(error)) {
        setCode("");
        setPassword((typed) => (step === "password" ? "" : typed));
      }
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const startAgain = () => {
    signIn.reset();
    setPassword("");
    setCode("");
    setStep("password");
  };
  return (
    <Door title={t(step === "code" ? "sign_in.code_title" : "sign_in.title")}>
      <form onSubmit={submit}>
        {signIn.error && !asksCode(signIn.error) && (
          <SignInFailed error={signIn.error} step={step} />
        )}
        {step === "password" ? (
          <>
            <TextInput
              label={t("sign_in.email")}
              type="email"
              name="email"
              autoComplete="username webauthn"
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
          </>
        ) : (
          <CodeField value={code} change={setCode} />
        )}
        <Button type="submit" fullWidth loading={signIn.isPending}>
          {t("sign_in.do")}
        </Button>
        {step === "code" && (
          <Button variant="subtle" fullWidth mt="xs" onClick={startAgain}>
            {t("common:back")}
          </Button>
        )}
      </form>
      {step === "password" && <PasskeySignIn done={enter} />}
    </Door>
  );
}

function SignInFailed({ error, step }: { error: Error; step: Step }) {
  const { t } = useTranslation("session");
  const failure = useFailure(error);
  const code = error instanceof ApiError ? error.code : "";
  // The password was right when the server asked for the code, so it is the code that is wrong.
  const known = {
    wrong_credentials: t(step === "code" ? "sign_in.wrong_code" : "sign_in.wrong"),
    too_many_requests: t(step === "code" ? "sign_in.slow_down_code" : "sign_in.slow_down"),
  };
  return (
    <Alert color="red" mb="md" role="alert">
      {known[code as keyof typeof known] ?? failure}
    </Alert>
  );
}

/** What was typed is wrong; not so when there were too many attempts, or no answer. */
function isRefused(error: Error): boolean {
  return error instanceof ApiError && error.code === "wrong_credentials";
}

function asksCode(error: Error): boolean {
  return error instanceof ApiError && error.code === "code_required";
}

/** Where one wanted to go, if that is a page of ours. */
function inside(next: string | undefined): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/\\") ? next : "/";
}
