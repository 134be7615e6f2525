// Makes a token: which machine it is for, what it may do, and for how long.

import { Button, Group, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { FormError } from "../FormError";
import { usePermissions } from "../permission";
import { type Role, roles } from "../roles";
import { ShownOnce } from "../ShownOnce";
import { tokensQuery } from "./queries";

export function NewToken({ close }: { close: () => void }) {
  const { t } = useTranslation("access");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("auditor");
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
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  if (create.data) {
    return <ShownOnce says={t("tokens.made")} text={create.data.secret} close={close} />;
  }
  const error = create.error instanceof ApiError ? create.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <FormError error={create.error} />
      <TextInput
        label={t("tokens.name")}
        description={t("tokens.name_help")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={error?.of("name")}
        required
        withAsterisk={false}
        data-autofocus
        mb="sm"
      />
      <Select
        label={t("tokens.role")}
        description={t(`role_says.${role}`)}
        data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        value={role}
        onChange={(value) => value && setRole(value as Role)}
        mb="sm"
      />
      <MultiSelect
        label={t("tokens.scopes")}
        description={t("tokens.scopes_help")}
        data={permissions.map((value) => ({ value, label: t(`permission.${value}`) }))}
        value={scopes}
        onChange={(values) => setScopes(values as Schemas["Permission"][])}
        error={error?.of("scopes")}
        searchable
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
        error={error?.of("valid_days")}
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
