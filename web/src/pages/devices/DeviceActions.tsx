// What can be done with a device.

import { Button, Group, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowsMove, IconRefresh, IconTag } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked, type Schemas } from "../../api/client";
import { More } from "../../parts/More";
import { noticeFailure } from "../../parts/notice";
import { usePermission } from "../../parts/permission";
import { ActOnDevices } from "./ActOnDevices";
import { EditTags } from "./EditTags";

type Device = Schemas["DeviceRecord"];

export function DeviceActions({ device }: { device: Device }) {
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
    <Group gap="xs" wrap="nowrap">
      <Button
        variant="default"
        leftSection={<IconRefresh size={16} />}
        loading={sync.isPending}
        onClick={() => sync.mutate()}
      >
        {t("sync.do")}
      </Button>
      <MoreActions device={device} />
    </Group>
  );
}

function MoreActions({ device }: { device: Device }) {
  const { t } = useTranslation(["devices", "actions"]);
  const [asks, ask] = useState<"move" | "tags">();
  const mayMove = usePermission("edit_blueprints");
  const close = () => ask(undefined);
  const only = { count: 1, isAll: false, ids: new Set([device.id]), clear: () => undefined };
  return (
    <>
      <More label={t("more")}>
        {mayMove && (
          <Menu.Item leftSection={<IconArrowsMove size={16} />} onClick={() => ask("move")}>
            {t("actions:menu.assign_blueprint")}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconTag size={16} />} onClick={() => ask("tags")}>
          {t("tags.edit")}
        </Menu.Item>
      </More>
      {asks === "move" && (
        <ActOnDevices kind="assign_blueprint" selection={only} search={{}} close={close} />
      )}
      {asks === "tags" && <EditTags device={device} close={close} />}
    </>
  );
}
