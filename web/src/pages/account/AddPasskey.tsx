// Adds a passkey: a name and the password here, then whatever the browser asks for.

import { Alert, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked } from "../../api/client";
import { browserSays, makePasskey } from "../../parts/passkey";
import { AskPassword } from "./AskPassword";
import { Failed } from "./Failed";

export function AddPasskey({ done }: { done: () => void }) {
  const { t } = useTranslation("account");
  const [name, setName] = useState("");
  const client = useQueryClient();
  const add = async (password: string) => {
    const challenge = await asked(
      api.POST("/api/v1/account/passkey-challenges", { body: { password } }),
    );
    const credential = await makePasskey(challenge);
    if (!credential) {
      return null;
    }
    const body = {
      challenge_id: challenge.id,
      name,
      credential: credential as Record<string, never>,
    };
    return asked(api.POST("/api/v1/account/passkeys", { body }));
  };
  return (
    <AskPassword
      label={t("passkeys.do")}
      ask={add}
      done={(added) => {
        if (added) {
          notifications.show({ message: t("passkeys.added") });
          // Where everybody must have a second factor, the server refused the other pages until now.
          void client.invalidateQueries();
        }
        done();
      }}
      cancel={done}
      failed={(error) => <AddFailed error={error} />}
    >
      <TextInput
        label={t("passkeys.name")}
        description={t("passkeys.name_help")}
        required
        withAsterisk={false}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </AskPassword>
  );
}

function AddFailed({ error }: { error: Error }) {
  const { t } = useTranslation("account");
  const reason = error instanceof ApiError ? refusal(error) : browserSays(error);
  return reason ? (
    <Alert color="red" role="alert">
      {t(`passkeys.failed.${reason}`)}
    </Alert>
  ) : (
    <Failed error={error} />
  );
}

function refusal(error: ApiError): "known" | "refused" | "sign_in_first" | null {
  if (error.of("credential")) {
    return "refused";
  }
  switch (error.code) {
    case "already_exists":
      return "known";
    case "second_factor_required":
      return "sign_in_first";
    default:
      return null;
  }
}
