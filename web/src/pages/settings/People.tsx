// Who may sign in, and what each may do.

import {
  ActionIcon,
  Button,
  Group,
  Modal,
  PasswordInput,
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
import { usePermission } from "../../parts/permission";
import { sentence } from "../../parts/sentence";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import { type Person, peopleQuery } from "./queries";
import classes from "./Settings.module.css";

export const roles: Schemas["Role"][] = [
  "owner",
  "admin",
  "operator",
  "help_desk",
  "auditor",
  "secrets_auditor",
];

export function People() {
  const { t } = useTranslation("settings");
  const mayEdit = usePermission("edit_people");
  const [isOpen, dialog] = useDisclosure(false);
  const { data, error, refetch } = useQuery(peopleQuery);
  if (error && !data) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <PageLoading />;
  }
  const add = mayEdit && (
    <Button size="xs" leftSection={<IconPlus size={14} />} onClick={dialog.open}>
      {t("people.add")}
    </Button>
  );
  return (
    <Card title={t("part.people")} beside={add}>
      <ul className={classes.rows}>
        {data.items.map((person) => (
          <PersonRow key={person.id} person={person} mayEdit={mayEdit} />
        ))}
      </ul>
      <Modal opened={isOpen} onClose={dialog.close} title={t("people.add")}>
        <NewPerson close={dialog.close} />
      </Modal>
    </Card>
  );
}

function PersonRow({ person, mayEdit }: { person: Person; mayEdit: boolean }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const [isAsking, ask] = useState(false);
  const params = {
    path: { id: person.id },
    header: { "If-Match": String(person.revision) },
  };
  const done = {
    onSettled: () => client.invalidateQueries({ queryKey: ["people"] }),
    onError: noticeFailure,
  };
  const change = useMutation({
    mutationFn: (role: Schemas["Role"]) =>
      asked(
        api.PATCH("/api/v1/people/{id}", { params, body: { name: null, password: null, role } }),
      ),
    ...done,
  });
  const remove = useMutation({
    mutationFn: () => asked(api.DELETE("/api/v1/people/{id}", { params })),
    ...done,
  });
  const name = inert(person.name);
  return (
    <li>
      <span className={classes.who}>
        <b>
          <Theirs text={person.name} />
        </b>
        <span className={classes.quiet}>
          <Theirs text={person.email} /> ·{" "}
          {person.last_signed_in_at ? (
            <>
              {t("people.last")} <Moment at={person.last_signed_in_at} />
            </>
          ) : (
            t("people.never")
          )}
        </span>
      </span>
      {mayEdit ? (
        <>
          <Select
            aria-label={t("people.role_of", { name })}
            data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
            value={person.role}
            onChange={(role) => role && change.mutate(role as Schemas["Role"])}
            w={190}
          />
          <ActionIcon onClick={() => ask(true)} aria-label={t("people.remove_named", { name })}>
            <IconTrash size={16} />
          </ActionIcon>
        </>
      ) : (
        <span>{t(`role.${person.role}`)}</span>
      )}
      <Confirm
        isOpen={isAsking}
        close={() => ask(false)}
        title={t("people.remove_named", { name })}
        text={t("people.remove_asks")}
        word={t("people.remove")}
        act={() => {
          ask(false);
          remove.mutate();
        }}
      />
    </li>
  );
}

function NewPerson({ close }: { close: () => void }) {
  const { t } = useTranslation("settings");
  const [wish, setWish] = useState<Schemas["CreatePerson"]>({
    name: "",
    email: "",
    password: "",
    role: "help_desk",
  });
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: () => asked(api.POST("/api/v1/people", { body: wish })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["people"] });
      close();
    },
  });
  const error = create.error instanceof ApiError ? create.error : null;
  const field = (name: "name" | "email" | "password") => ({
    label: t(`people.${name}`),
    value: wish[name],
    error: error?.of(name),
    required: true,
    withAsterisk: false,
    mb: "sm",
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      setWish({ ...wish, [name]: event.currentTarget.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      {create.error && !error?.details.length && (
        <Text c="red" mb="sm" role="alert">
          {sentence(create.error.message)}
        </Text>
      )}
      <TextInput {...field("name")} data-autofocus autoComplete="off" />
      <TextInput {...field("email")} type="email" autoComplete="off" />
      <PasswordInput
        {...field("password")}
        description={t("people.password_help")}
        autoComplete="new-password"
      />
      <Select
        label={t("people.role")}
        description={t(`role_says.${wish.role}`)}
        data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        value={wish.role}
        onChange={(role) => role && setWish({ ...wish, role: role as Schemas["Role"] })}
        mb="lg"
      />
      <Group justify="flex-end">
        <Button type="submit" loading={create.isPending}>
          {t("people.add")}
        </Button>
      </Group>
    </form>
  );
}
