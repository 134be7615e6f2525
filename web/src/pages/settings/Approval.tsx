// When releases count as approved: at once, after some days, or when somebody says so.

import { Button, Group, NumberInput, Radio, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked, type Schemas } from "../../api/client";
import { Card } from "../../parts/Card";
import { usePermission } from "../../parts/permission";
import { whyNot } from "../../parts/reasons";
import classes from "./Settings.module.css";

type Approval = Schemas["Approval"];

const MODES = ["at_once", "after_days", "by_hand"] as const;
const USUAL_DAYS = 7;

export function ApprovalCard({ approval }: { approval: Approval }) {
  const { t } = useTranslation("settings");
  const mayChange = usePermission("review_releases");
  const says =
    approval.mode === "after_days"
      ? t("approval.after_days", { count: approval.days })
      : t(`approval.${approval.mode}`);
  return (
    <Card title={t("approval.title")}>
      <p className={classes.quiet}>{t("approval.about")}</p>
      {mayChange ? (
        <ApprovalForm key={JSON.stringify(approval)} approval={approval} />
      ) : (
        <p>{says}</p>
      )}
    </Card>
  );
}

function ApprovalForm({ approval }: { approval: Approval }) {
  const { t } = useTranslation(["settings", "common"]);
  const [mode, setMode] = useState(approval.mode);
  const [days, setDays] = useState(approval.mode === "after_days" ? approval.days : USUAL_DAYS);
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const wish: Approval = mode === "after_days" ? { mode, days } : { mode };
  const isChanged = JSON.stringify(wish) !== JSON.stringify(approval);
  const write = useMutation({
    mutationFn: () =>
      asked(api.PUT("/api/v1/approval", { body: { approval: wish, reason: reason.trim() } })),
    onSuccess: () => {
      notifications.show({ message: t("approval.done") });
      setReason("");
    },
    onSettled: () => {
      for (const noun of ["server", "releases", "devices", "summary", "previews"]) {
        void client.invalidateQueries({ queryKey: [noun] });
      }
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Radio.Group
        aria-label={t("approval.title")}
        value={mode}
        onChange={(value) => setMode(value as Approval["mode"])}
      >
        <Stack gap="xs" my="sm">
          {MODES.map((one) => (
            <Radio
              key={one}
              value={one}
              label={t(`approval.mode.${one}`)}
              description={t(`approval.says.${one}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {mode === "after_days" && (
        <NumberInput
          label={t("approval.days")}
          min={1}
          max={90}
          allowDecimal={false}
          value={days}
          onChange={(count) => setDays(Number(count) || 1)}
          w={130}
          mb="sm"
        />
      )}
      {isChanged && (
        <TextInput
          label={t("approval.reason")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={write.error && whyNot(write.error)}
          maxLength={500}
          required
          withAsterisk={false}
          mb="sm"
        />
      )}
      <Group gap="xs">
        <Button
          type="submit"
          loading={write.isPending}
          disabled={!isChanged || reason.trim() === ""}
        >
          {t("common:save")}
        </Button>
      </Group>
    </form>
  );
}
