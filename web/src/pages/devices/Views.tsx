// Saved views: filters, order and columns under a name, one's own and those that others share.

import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Modal,
  Popover,
  Text,
  TextInput,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { inert } from "../../parts/inert";
import { FailedMessage } from "../../parts/Message";
import { noticeFailure } from "../../parts/notice";
import { usePermission } from "../../parts/permission";
import { whyNot } from "../../parts/reasons";
import { Theirs } from "../../parts/Theirs";
import { viewsQuery } from "./queries";
import { type DeviceSearch, deviceSearch, wholeFilter } from "./search";
import classes from "./Views.module.css";

interface Props {
  search: DeviceSearch;
  columns: string[];
  /** Shows a view's columns. */
  show: (columns: string[]) => void;
}

export function Views({ search, columns, show }: Props) {
  const { t } = useTranslation("devices");
  const [isOpen, list] = useDisclosure();
  const [isSaving, dialog] = useDisclosure();
  return (
    <>
      <Popover
        opened={isOpen}
        onChange={list.toggle}
        position="bottom-start"
        width={288}
        trapFocus
        shadow="md"
      >
        <Popover.Target>
          <Button
            variant="default"
            leftSection={<IconBookmark size={16} />}
            onClick={list.toggle}
            aria-expanded={isOpen}
          >
            {t("views.title")}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={t("views.title")}>
          <ViewList
            opened={(view) => {
              list.close();
              if (view.columns.length > 0) {
                show(view.columns);
              }
            }}
          />
          <Button
            fullWidth
            mt="sm"
            variant="default"
            onClick={() => {
              list.close();
              dialog.open();
            }}
          >
            {t("views.save")}
          </Button>
        </Popover.Dropdown>
      </Popover>
      <Modal opened={isSaving} onClose={dialog.close} title={t("views.save")}>
        <SaveView search={search} columns={columns} close={dialog.close} />
      </Modal>
    </>
  );
}

function ViewList({ opened }: { opened: (view: Schemas["View"]) => void }) {
  const { t } = useTranslation("devices");
  const { data, error, refetch } = useQuery(viewsQuery);
  if (error && !data) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (data?.length === 0) {
    return <Text c="dimmed">{t("views.none")}</Text>;
  }
  const own = data?.filter((view) => view.own) ?? [];
  const others = data?.filter((view) => !view.own) ?? [];
  return (
    <>
      {own.length > 0 && <Named title={t("views.mine")} views={own} opened={opened} />}
      {others.length > 0 && <Named title={t("views.shared")} views={others} opened={opened} />}
    </>
  );
}

interface NamedProps {
  title: string;
  views: Schemas["View"][];
  opened: (view: Schemas["View"]) => void;
}

function Named({ title, views, opened }: NamedProps) {
  const { t } = useTranslation("devices");
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: ({ id, revision }: Schemas["View"]) =>
      asked(
        api.DELETE("/api/v1/views/{id}", {
          params: { path: { id }, header: { "If-Match": String(revision) } },
        }),
      ),
    onSuccess: () => notifications.show({ message: t("views.deleted") }),
    onError: noticeFailure,
    onSettled: () => client.invalidateQueries({ queryKey: viewsQuery.queryKey }),
  });
  return (
    <section aria-label={title}>
      <h2 className={classes.kind}>{title}</h2>
      <ul className={classes.views}>
        {views.map((view) => (
          <li key={view.id} className={classes.view}>
            <Link
              to="/devices"
              search={deviceSearch({ ...view.filter })}
              className={classes.open}
              onClick={() => opened(view)}
            >
              <Theirs text={view.name} />
              {!view.own && (
                <span className={classes.owner}>{t("views.by", { owner: inert(view.owner) })}</span>
              )}
            </Link>
            {view.own && (
              <ActionIcon
                size="sm"
                onClick={() => remove.mutate(view)}
                aria-label={t("views.delete", { name: inert(view.name) })}
              >
                <IconTrash size={15} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface SaveProps {
  search: DeviceSearch;
  columns: string[];
  close: () => void;
}

/** Saves under a name; over one's own view of that name, which the button says. */
function SaveView({ search, columns, close }: SaveProps) {
  const { t } = useTranslation(["devices", "common"]);
  const mayShare = usePermission("edit_devices");
  const client = useQueryClient();
  const { data: views = [] } = useQuery(viewsQuery);
  const [name, setName] = useState("");
  const [isShared, setShared] = useState(false);
  const known = views.find((view) => view.own && view.name === name.trim());
  const save = useMutation({
    mutationFn: () => {
      const body = { name, shared: isShared, filter: wholeFilter(search), columns };
      if (!known) {
        return asked(api.POST("/api/v1/views", { body }));
      }
      const header = { "If-Match": String(known.revision) };
      const params = { path: { id: known.id }, header };
      return asked(api.PUT("/api/v1/views/{id}", { params, body }));
    },
    onSuccess: () => {
      notifications.show({ message: t("views.saved") });
      close();
    },
    onSettled: () => client.invalidateQueries({ queryKey: viewsQuery.queryKey }),
  });
  const refused = save.error instanceof ApiError ? save.error.of("name") : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Text mb="md">{t("views.save_text")}</Text>
      <TextInput
        label={t("views.name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={refused ?? (save.error && whyNot(save.error))}
        maxLength={100}
        data-autofocus
      />
      {mayShare && (
        <Checkbox
          mt="md"
          label={t("views.share")}
          checked={isShared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      )}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={close}>
          {t("common:cancel")}
        </Button>
        <Button type="submit" loading={save.isPending} disabled={name.trim() === ""}>
          {known ? t("views.replace") : t("common:save")}
        </Button>
      </Group>
    </form>
  );
}
