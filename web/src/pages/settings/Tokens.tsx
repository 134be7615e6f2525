// Credentials of machines: made here, shown once, and revoked.

import {
  ActionIcon,
  Button,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  Select,
  Text,
  TextInput,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { Card } from "../../parts/Card";
import { Confirm } from "../../parts/Confirm";
import { inert } from "../../parts/inert";
import { FailedMessage } from "../../parts/Message";
import { noticeFailure } from "../../parts/notice";
import { PageLoading } from "../../parts/PageLoading";
import { usePermission, usePermissions } from "../../parts/permission";
import { ShownOnce } from "../../parts/ShownOnce";
import { sentence } from "../../parts/sentence";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import { roles } from "./People";
import { type Token, tokensQuery } from "./queries";
import classes from "./Settings.module.css";

export function Tokens() {
  const { t } = useTranslation("settings");
  const mayEdit = usePermission("edit_tokens");
  const [isOpen, dialog] = useDisclosure(false);
  const { data, error, refetch } = useQuery(tokensQuery);
  if (error && !data) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <PageLoading />;
  }
  const add = mayEdit && (
    <Button size="xs" leftSection={<IconPlus size={14} />} onClick={dialog.open}>
      {t("tokens.add")}
    </Button>
  );
  return (
    <Card title={t("part.tokens")} beside={add}>
      {data.items.length === 0 && <p className={classes.quiet}>{t("tokens.none")}</p>}
      <ul className={classes.rows}>
        {data.items.map((token) => (
          <TokenRow key={token.id} token={token} mayEdit={mayEdit} />
        ))}
      </ul>
      <Modal opened={isOpen} onClose={dialog.close} title={t("tokens.add")}>
        <NewToken close={dialog.close} />
      </Modal>
    </Card>
  );
}

function TokenRow({ token, mayEdit }: { token: Token; mayEdit: boolean }) {
  const { t, i18n } = useTranslation("settings");
  const client = useQueryClient();
  const [isAsking, ask] = useState(false);
  const revoke = useMutation({
    mutationFn: () =>
      asked(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id: token.id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["tokens"] }),
    onError: noticeFailure,
  });
  const name = inert(token.name);
  const permissionNames = (scopes: Token["scopes"]) =>
    new Intl.ListFormat(i18n.language).format(scopes.map((it) => t(`permission.${it}`)));
  return (
    <li>
      <span className={classes.who}>
        <b>
          <Theirs text={token.name} />
        </b>
        <span className={classes.quiet}>
          {t(`role.${token.role}`)}
          {token.scopes.length > 0 && `: ${permissionNames(token.scopes)}`} · {t("tokens.until")}{" "}
          <Moment at={token.expires_at} /> ·{" "}
          {token.last_used_at ? (
            <>
              {t("tokens.used")} <Moment at={token.last_used_at} />
            </>
          ) : (
            t("tokens.unused")
          )}
        </span>
      </span>
      {mayEdit && (
        <ActionIcon onClick={() => ask(true)} aria-label={t("tokens.revoke_named", { name })}>
          <IconTrash size={16} />
        </ActionIcon>
      )}
      <Confirm
        isOpen={isAsking}
        close={() => ask(false)}
        title={t("tokens.revoke_named", { name })}
        text={t("tokens.revoke_asks")}
        word={t("tokens.revoke")}
        act={() => {
          ask(false);
          revoke.mutate();
        }}
      />
    </li>
  );
}

function NewToken({ close }: { close: () => void }) {
  const { t } = useTranslation(["settings", "common"]);
  const [name, setName] = useState("");
  const [role, setRole] = useState<Schemas["Role"]>("auditor");
  const [scopes, setScopes] = useState<Schemas["Permission"][]>([]);
  const [days, setDays] = useState<number | string>(90);
  const permissions = usePermissions();
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: () =>
      asked(
        api.POST("/api/v1/tokens", {
          body: { name: name.trim(), role, scopes, valid_days: Number(days) },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  if (create.data) {
    return <ShownOnce says={t("tokens.made")} text={create.data.secret} close={close} />;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      {create.error && (
        <Text c="red" mb="sm" role="alert">
          {sentence(create.error.message)}
        </Text>
      )}
      <TextInput
        label={t("tokens.name")}
        description={t("tokens.name_help")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        required
        withAsterisk={false}
        data-autofocus
        mb="sm"
      />
      <Select
        label={t("people.role")}
        description={t(`role_says.${role}`)}
        data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        value={role}
        onChange={(value) => value && setRole(value as Schemas["Role"])}
        mb="sm"
      />
      <MultiSelect
        label={t("tokens.scopes")}
        description={t("tokens.scopes_help")}
        data={permissions.map((value) => ({ value, label: t(`permission.${value}`) }))}
        value={scopes}
        onChange={(values) => setScopes(values as Schemas["Permission"][])}
        error={create.error instanceof ApiError && create.error.of("scopes")}
        clearable
        mb="sm"
      />
      <NumberInput
        label={t("tokens.days")}
        min={1}
        max={366}
        allowDecimal={false}
        value={days}
        onChange={setDays}
        mb="lg"
      />
      <Group justify="flex-end">
        <Button type="submit" loading={create.isPending}>
          {t("tokens.add")}
        </Button>
      </Group>
    </form>
  );
}
