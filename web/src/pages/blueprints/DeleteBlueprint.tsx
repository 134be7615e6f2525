// Deletes a blueprint that no device is in.

import { Menu } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked } from "../../api/client";
import { asking, Confirm } from "../../parts/Confirm";
import { More } from "../../parts/More";
import type { Blueprint } from "./queries";

export function DeleteBlueprint({ blueprint }: { blueprint: Blueprint }) {
  const { t } = useTranslation("blueprints");
  const [isAsking, ask] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () =>
      asked(
        api.DELETE("/api/v1/blueprints/{id}", {
          params: {
            path: { id: blueprint.id },
            header: { "If-Match": String(blueprint.revision) },
          },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["blueprints"] });
      void navigate({ to: "/blueprints", ignoreBlocker: true });
    },
  });
  // The device list does not count those that may still enroll into it.
  const isAwaited = remove.error instanceof ApiError && remove.error.code === "in_use";
  const isUsed = blueprint.device_count > 0;
  const why = isUsed ? "delete.used" : isAwaited ? "delete.awaited" : "delete.asks";
  return (
    <>
      <More label={t("more")}>
        <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => ask(true)}>
          {t("delete.do")}
        </Menu.Item>
      </More>
      <Confirm
        isOpen={isAsking}
        {...asking(remove, () => ask(false))}
        error={isAwaited ? null : remove.error}
        title={t("delete.title")}
        text={t(why, { count: blueprint.device_count })}
        word={isUsed || isAwaited ? undefined : t("delete.do")}
      />
    </>
  );
}
