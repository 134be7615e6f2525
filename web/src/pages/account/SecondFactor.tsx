// The second factor of one's own sign-in: switching it on and off, and other recovery codes.

import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked, type Schemas } from "../../api/client";
import { FailedMessage } from "../../parts/Message";
import { PageLoading } from "../../parts/PageLoading";
import classes from "./Account.module.css";
import { AskPassword } from "./AskPassword";
import { ConfirmSecret } from "./ConfirmSecret";
import { accountQuery } from "./queries";
import { RecoveryCodes } from "./RecoveryCodes";

/** What is being done; a secret and codes are kept nowhere else. */
type Step =
  | { kind: "rest" }
  | { kind: "begin" | "renew" | "remove" }
  | { kind: "confirm"; secret: Schemas["TotpSecret"] }
  | { kind: "codes"; codes: string[] };

export function SecondFactor() {
  const [step, setStep] = useState<Step>({ kind: "rest" });
  const { t } = useTranslation("account");
  const { data: account, error, refetch } = useQuery(accountQuery);
  const client = useQueryClient();
  const rest = () => setStep({ kind: "rest" });
  // Where everybody must have one, the server refused the other pages until now.
  const readAgain = () => client.invalidateQueries();
  const showCodes = ({ codes }: Schemas["RecoveryCodes"]) => {
    setStep({ kind: "codes", codes });
    void readAgain();
  };
  switch (step.kind) {
    case "begin":
      return (
        <AskPassword
          label={t("second.begin")}
          ask={(password) => asked(api.POST("/api/v1/account/totp", { body: { password } }))}
          done={(secret) => setStep({ kind: "confirm", secret })}
          cancel={rest}
        />
      );
    case "confirm":
      return <ConfirmSecret secret={step.secret} done={showCodes} cancel={rest} />;
    case "renew":
      return (
        <AskPassword
          label={t("second.renew")}
          ask={(password) =>
            asked(api.POST("/api/v1/account/recovery-codes", { body: { password } }))
          }
          done={showCodes}
          cancel={rest}
        />
      );
    case "remove":
      return (
        <AskPassword
          label={t("second.remove")}
          ask={(password) =>
            asked(api.POST("/api/v1/account/totp/removal", { body: { password } }))
          }
          done={() => {
            rest();
            notifications.show({ message: t("second.removed") });
            void readAgain();
          }}
          cancel={rest}
        />
      );
    case "codes":
      return <RecoveryCodes codes={step.codes} done={rest} />;
    case "rest":
      if (error && !account) {
        return <FailedMessage error={error} retry={() => void refetch()} />;
      }
      return account ? (
        <State account={account} choose={(kind) => setStep({ kind })} />
      ) : (
        <PageLoading />
      );
  }
}

/** What is to be said about signing in without codes. */
function offText(account: Schemas["Account"]) {
  if (account.passkeys > 0) {
    return "second.off_beside_passkey";
  }
  return account.second_factor_required ? "second.must" : "second.off";
}

interface StateProps {
  account: Schemas["Account"];
  choose: (kind: "begin" | "renew" | "remove") => void;
}

function State({ account, choose }: StateProps) {
  const { t } = useTranslation("account");
  if (!account.second_factor) {
    return (
      <>
        <p className={classes.text}>{t(offText(account))}</p>
        <Button onClick={() => choose("begin")}>{t("second.begin")}</Button>
      </>
    );
  }
  const canRemove = !account.second_factor_required || account.passkeys > 0;
  return (
    <>
      <p className={classes.text}>{t("second.on")}</p>
      <p className={classes.text}>
        {t("second.codes_left", { count: account.recovery_codes_left })}
      </p>
      <Group gap="xs">
        <Button variant="default" onClick={() => choose("renew")}>
          {t("second.renew")}
        </Button>
        {canRemove && (
          <Button variant="default" color="red" onClick={() => choose("remove")}>
            {t("second.remove")}
          </Button>
        )}
      </Group>
      {!canRemove && <p className={classes.hint}>{t("second.required")}</p>}
    </>
  );
}
