// What can be done with a device.

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, asked, type Schemas } from "../../api/client";
import { noticeFailure } from "../../parts/notice";
import { usePermission } from "../../parts/permission";

export function DeviceActions({ device }: { device: Schemas["DeviceRecord"] }) {
  const { t } = useTranslation("devices");
  const mayEdit = usePermission("edit_devices");
  const client = useQueryClient();
  const sync = useMutation({
    mutationFn: () =>
      asked(api.POST("/api/v1/devices/{id}/sync", { params: { path: { id: device.id } } })),
    onSuccess: () => {
      notifications.show({ message: t("sync.done") });
      void client.invalidateQueries({ queryKey: ["devices", device.id] });
    },
    onError: noticeFailure,
  });
  if (!mayEdit) {
    return null;
  }
  return (
    <Button
      variant="default"
      leftSection={<IconRefresh size={16} />}
      loading={sync.isPending}
      onClick={() => sync.mutate()}
    >
      {t("sync.do")}
    </Button>
  );
}
