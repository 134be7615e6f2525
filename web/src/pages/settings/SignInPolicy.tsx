// What the organization asks of everybody who signs in.

import { Switch, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { Card } from "../../parts/Card";
import { asking, Confirm } from "../../parts/Confirm";
import { FailedMessage } from "../../parts/Message";
import { PageLoading } from "../../parts/PageLoading";
import { usePermission } from "../../parts/permission";
import { accountQuery } from "../account/queries";
import { signInPolicyQuery } from "./queries";

export function SignInPolicy() {
  const { t } = useTranslation("settings");
  const mayEdit = usePermission("edit_people");
  const { data: policy, error, refetch } = useQuery(signInPolicyQuery);
  if (error && !policy) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!policy) {
    return <PageLoading />;
  }
  const isRequired = policy.second_factor_required;
  return (
    <Card title={t("policy.title")}>
      {mayEdit ? (
        <Requirement isRequired={isRequired} />
      ) : (
        <Text>{isRequired ? t("policy.is_on") : t("policy.is_off")}</Text>
      )}
    </Card>
  );
}

function Requirement({ isRequired }: { isRequired: boolean }) {
  const { t } = useTranslation("settings");
  const [isAsking, ask] = useState(false);
  const { data: account } = useQuery(accountQuery);
  const client = useQueryClient();
  const write = useMutation({
    mutationFn: () =>
      asked(api.PUT("/api/v1/sign-in-policy", { body: { second_factor_required: !isRequired } })),
    onSuccess: (policy) => {
      ask(false);
      const message = policy.second_factor_required ? t("policy.now_on") : t("policy.now_off");
      notifications.show({ message });
      // Whoever has none is refused every page from now on, oneself as well.
      void client.invalidateQueries();
    },
  });
  const isWithout = account && !account.second_factor && account.passkeys === 0;
  const text = isRequired
    ? t("policy.off_asks")
    : `${t("policy.on_asks")}${isWithout ? ` ${t("policy.on_self")}` : ""}`;
  return (
    <>
      <Switch
        label={t("policy.required")}
        description={t("policy.required_help")}
        checked={isRequired}
        onChange={() => ask(true)}
      />
      <Confirm
        isOpen={isAsking}
        {...asking(write, () => ask(false))}
        title={isRequired ? t("policy.off_title") : t("policy.on_title")}
        text={text}
        word={isRequired ? t("policy.off") : t("policy.on")}
      />
    </>
  );
}
