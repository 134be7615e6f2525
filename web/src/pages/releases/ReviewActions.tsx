// Approve, hold or resume a release: with a reason, and with what it does before it is done.

import { Alert, Button, Group, Loader, Modal, Select, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { inert } from "../../parts/inert";
import { usePermission } from "../../parts/permission";
import { WarningText } from "../../parts/preview/WarningText";
import { whyNot } from "../../parts/reasons";
import { itemsQuery } from "../library/queries";
import { majorOf } from "./plot";
import { type Action, listOf, type ReleaseRecord, reviewPreviewQuery } from "./queries";
import classes from "./Releases.module.css";

export function ReviewActions({ release }: { release: ReleaseRecord }) {
  const { t } = useTranslation("releases");
  const may = usePermission("review_releases");
  const [action, setAction] = useState<Action | null>(null);
  if (!may) {
    return null;
  }
  return (
    <div className={classes.actions}>
      {!release.approved && !release.held && (
        <Button leftSection={<IconCheck size={16} />} onClick={() => setAction("approve")}>
          {t("action.approve")}
        </Button>
      )}
      {release.held ? (
        <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => setAction("resume")}>
          {t("action.resume")}
        </Button>
      ) : (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          onClick={() => setAction("hold")}
        >
          {t("action.hold")}
        </Button>
      )}
      <ReviewModal release={release} action={action} close={() => setAction(null)} />
    </div>
  );
}

/** Lets a release go on for the one item that it is held for. */
export function ResumeFor({ release, item }: { release: ReleaseRecord; item: Schemas["Named"] }) {
  const { t } = useTranslation("releases");
  const [isOpen, setOpen] = useState(false);
  if (!usePermission("review_releases")) {
    return null;
  }
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlayerPlay size={14} />}
        onClick={() => setOpen(true)}
        aria-label={t("resume_for", { name: inert(item.name) })}
      >
        {t("action.resume")}
      </Button>
      <ReviewModal
        release={release}
        action={isOpen ? "resume" : null}
        item={item}
        close={() => setOpen(false)}
      />
    </>
  );
}

interface ModalProps {
  release: ReleaseRecord;
  action: Action | null;
  item?: Schemas["Named"];
  close: () => void;
}

function ReviewModal({ release, action, item, close }: ModalProps) {
  const { t } = useTranslation("releases");
  return (
    <Modal
      opened={action !== null}
      onClose={close}
      title={action && t(`action_title.${action}`, { version: release.version })}
      size="lg"
    >
      {action && <Form release={release} action={action} close={close} {...(item && { item })} />}
    </Modal>
  );
}

interface FormProps extends ModalProps {
  action: Action;
}

function Form({ release, action, item: preset, close }: FormProps) {
  const { t } = useTranslation(["releases", "common"]);
  const [reason, setReason] = useState("");
  const [item, setItem] = useState<string | null>(preset?.id ?? null);
  const { data: library } = useQuery(itemsQuery);
  const items = (library?.items ?? []).filter(
    ({ id, settings }) =>
      id !== preset?.id &&
      settings.type === "managed_os" &&
      listOf[settings.platform] === release.list &&
      String(settings.major) === majorOf(release),
  );
  const choices = [
    { value: "", label: t("for_all") },
    ...(preset ? [{ value: preset.id, label: inert(preset.name) }] : []),
    ...items.map(({ id, settings }) => ({ value: id, label: inert(settings.label ?? "") })),
  ];
  const preview = useQuery(reviewPreviewQuery(release.id, action, item));
  const client = useQueryClient();
  const review = useMutation({
    mutationFn: () =>
      asked(
        api.POST("/api/v1/releases/{id}/review", {
          params: { path: { id: release.id } },
          body: {
            action,
            reason: reason.trim(),
            item_id: item,
            ...(preview.data && { preview_digest: preview.data.digest }),
          },
        }),
      ),
    onSuccess: () => {
      notifications.show({ message: t(`done.${action}`) });
      void client.invalidateQueries({ queryKey: ["releases"] });
      close();
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === "preview_outdated") {
        void preview.refetch();
      }
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    review.mutate();
  };
  return (
    <form onSubmit={submit}>
      {choices.length > 1 && (
        <Select
          label={t("for")}
          data={choices}
          value={item ?? ""}
          onChange={(value) => setItem(value || null)}
          mb="md"
        />
      )}
      <Effect preview={preview.data} isLoading={preview.isPending} />
      {review.error && (
        <Alert color="red" mb="md" role="alert">
          {whyNot(review.error)}
        </Alert>
      )}
      <Textarea
        label={t("reason")}
        description={t("reason_help")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        required
        withAsterisk={false}
        maxLength={500}
        autosize
        minRows={2}
        data-autofocus
        mb="lg"
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {t("common:cancel")}
        </Button>
        <Button
          type="submit"
          loading={review.isPending}
          disabled={reason.trim() === "" || preview.isPending}
        >
          {t(`action.${action}`)}
        </Button>
      </Group>
    </form>
  );
}

/** What the fleet would do differently. */
function Effect({
  preview,
  isLoading,
}: {
  preview: Schemas["Preview"] | undefined;
  isLoading: boolean;
}) {
  const { t } = useTranslation(["releases", "common"]);
  if (isLoading) {
    return (
      <div className={classes.effect} role="status">
        <Loader size="xs" mr="xs" />
        {t("effect.loading")}
      </div>
    );
  }
  if (!preview) {
    return null;
  }
  const what = ({ target_version: target, status }: Schemas["PreviewDecision"]) =>
    target ?? t(`common:status.${status}`);
  return (
    <div className={classes.effect}>
      <strong>
        {t("effect.changed", { count: preview.devices_changed, total: preview.devices_total })}
      </strong>
      {preview.due_within_24_hours > 0 && (
        <div>{t("effect.soon", { count: preview.due_within_24_hours })}</div>
      )}
      {preview.warnings.map((warning) => (
        <div key={warning.code}>
          <WarningText warning={warning} />
        </div>
      ))}
      {preview.groups.length > 0 && (
        <ul>
          {preview.groups.slice(0, 6).map((group) => (
            <li key={JSON.stringify([group.platform, group.os_version, group.before, group.after])}>
              {t("effect.group", {
                count: group.device_count,
                os: `${t(`common:platform.${group.platform}`)} ${group.os_version}`,
                before: what(group.before),
                after: what(group.after),
              })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
