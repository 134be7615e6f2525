// One's own passkeys: adding, renaming and removing them.

import { Button, Group, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { FailedMessage } from "../../parts/Message";
import { PageLoading } from "../../parts/PageLoading";
import { hasPasskeys } from "../../parts/passkey";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import classes from "./Account.module.css";
import { AddPasskey } from "./AddPasskey";
import { AskPassword } from "./AskPassword";
import { Failed } from "./Failed";
import { accountQuery, passkeysQuery } from "./queries";

type Passkey = Schemas["Passkey"];

export function Passkeys() {
  const { t } = useTranslation("account");
  const account = useQuery(accountQuery);
  const { data, error, refetch } = useQuery(passkeysQuery);
  const [isAdding, setAdding] = useState(false);
  if (error && !data) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <PageLoading />;
  }
  const host = account.data?.passkey_host;
  return (
    <>
      <p className={classes.text}>{t(data.length ? "passkeys.some" : "passkeys.none")}</p>
      {data.length > 0 && (
        <ul className={classes.sessions} aria-label={t("passkeys.title")}>
          {data.map((passkey) => (
            <OnePasskey key={passkey.id} passkey={passkey} />
          ))}
        </ul>
      )}
      {isAdding ? (
        <AddPasskey done={() => setAdding(false)} />
      ) : (
        <Button
          mt={data.length > 0 ? "sm" : 0}
          disabled={!hasPasskeys || host === null}
          onClick={() => setAdding(true)}
        >
          {t("passkeys.add")}
        </Button>
      )}
      {host === null ? (
        <p className={classes.hint}>{t("passkeys.no_host")}</p>
      ) : (
        !hasPasskeys && <p className={classes.hint}>{t("passkeys.no_browser")}</p>
      )}
    </>
  );
}

function OnePasskey({ passkey }: { passkey: Passkey }) {
  const { t } = useTranslation("account");
  const [step, setStep] = useState<"rest" | "rename" | "remove">("rest");
  const client = useQueryClient();
  const rest = () => setStep("rest");
  if (step === "rename") {
    return (
      <li>
        <Rename passkey={passkey} done={rest} />
      </li>
    );
  }
  if (step === "remove") {
    const path = { id: passkey.id };
    return (
      <li>
        <AskPassword
          label={t("passkeys.remove_named", { name: passkey.name })}
          ask={(password) =>
            asked(
              api.POST("/api/v1/account/passkeys/{id}/removal", {
                params: { path },
                body: { password },
              }),
            )
          }
          done={() => {
            notifications.show({ message: t("passkeys.removed") });
            void client.invalidateQueries({ queryKey: ["account"] });
          }}
          cancel={rest}
        />
      </li>
    );
  }
  return (
    <li>
      <div>
        <Theirs text={passkey.name} />
        <small>
          {t("passkeys.made")} <Moment at={passkey.created_at} />
        </small>
        <small>
          {passkey.used_at ? (
            <>
              {t("passkeys.used")} <Moment at={passkey.used_at} />
            </>
          ) : (
            t("passkeys.unused")
          )}
        </small>
      </div>
      <Group gap="xs" justify="flex-end">
        <Button variant="default" size="compact-sm" onClick={() => setStep("rename")}>
          {t("passkeys.rename")}
        </Button>
        <Button variant="default" size="compact-sm" onClick={() => setStep("remove")}>
          {t("passkeys.remove")}
        </Button>
      </Group>
    </li>
  );
}

function Rename({ passkey, done }: { passkey: Passkey; done: () => void }) {
  const { t } = useTranslation(["account", "common"]);
  const [name, setName] = useState(passkey.name);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      asked(
        api.PUT("/api/v1/account/passkeys/{id}", {
          params: { path: { id: passkey.id } },
          body: { name },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
      done();
    },
  });
  const wrong = save.error instanceof ApiError ? save.error.of("name") : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      {save.error && !wrong && <Failed error={save.error} />}
      <TextInput
        label={t("passkeys.name")}
        required
        withAsterisk={false}
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={wrong}
      />
      <Group gap="xs">
        <Button type="submit" loading={save.isPending}>
          {t("common:save")}
        </Button>
        <Button variant="default" onClick={done}>
          {t("common:cancel")}
        </Button>
      </Group>
    </form>
  );
}
