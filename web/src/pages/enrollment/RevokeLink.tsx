// Takes a link back, after asking.

import { Button, Group, Popover, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { noticeFailure } from "../../parts/notice";
import type { Enrollment } from "./queries";

export function RevokeLink({ link }: { link: Enrollment }) {
  const { t } = useTranslation(["enrollment", "common"]);
  const [isOpen, open] = useState(false);
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () =>
      asked(api.DELETE("/api/v1/enrollments/{id}", { params: { path: { id: link.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["enrollments"] }),
    onError: noticeFailure,
    onSettled: () => open(false),
  });
  return (
    <Popover opened={isOpen} onChange={open} position="bottom-end" trapFocus shadow="md">
      <Popover.Target>
        <Button variant="subtle" size="compact-sm" onClick={() => open(!isOpen)}>
          {t("revoke")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw={280}>
        <Text mb="sm">{t("revoke_asks")}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" size="xs" onClick={() => open(false)}>
            {t("common:cancel")}
          </Button>
          <Button color="red" size="xs" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {t("revoke")}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
