// What people wrote about the device.

import { ActionIcon, Alert, Button, Textarea } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, asked, type Schemas } from "../../api/client";
import { Card } from "../../parts/Card";
import { asking, Confirm } from "../../parts/Confirm";
import { inert } from "../../parts/inert";
import { FailedMessage, useFailure } from "../../parts/Message";
import { PageLoading } from "../../parts/PageLoading";
import { usePermission } from "../../parts/permission";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import classes from "./Device.module.css";
import own from "./Notes.module.css";
import { notesQuery } from "./queries";

export function DeviceNotes({ id }: { id: string }) {
  const { t } = useTranslation("devices");
  const mayWrite = usePermission("edit_devices");
  return (
    <div className={classes.panel}>
      <Card title={t("notes.title")}>
        <Notes id={id} mayWrite={mayWrite} />
      </Card>
      {mayWrite && (
        <Card title={t("notes.new")}>
          <NewNote id={id} />
        </Card>
      )}
    </div>
  );
}

function Notes({ id, mayWrite }: { id: string; mayWrite: boolean }) {
  const { t } = useTranslation("devices");
  const { data, error, refetch } = useQuery(notesQuery(id));
  if (error && !data) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <PageLoading />;
  }
  if (data.length === 0) {
    return t("notes.none");
  }
  return (
    <ul className={own.notes}>
      {data.map((note) => (
        <li key={note.id}>
          <div className={own.head}>
            <span>
              <Theirs text={note.author} /> · <Moment at={note.created_at} />
            </span>
            {mayWrite && <DeleteNote device={id} note={note} />}
          </div>
          <p className={own.text}>
            {note.text.split(/\r?\n/).map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line has no name of its own
              <Theirs key={index} text={line} className={own.line} />
            ))}
          </p>
        </li>
      ))}
    </ul>
  );
}

function DeleteNote({ device, note }: { device: string; note: Schemas["Note"] }) {
  const { t } = useTranslation("devices");
  const [isAsking, ask] = useState(false);
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => {
      const path = { id: device, note_id: note.id };
      return asked(api.DELETE("/api/v1/devices/{id}/notes/{note_id}", { params: { path } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: notesQuery(device).queryKey }),
  });
  return (
    <>
      <ActionIcon
        size="sm"
        onClick={() => ask(true)}
        aria-label={t("notes.delete", { author: inert(note.author) })}
      >
        <IconTrash size={14} />
      </ActionIcon>
      <Confirm
        isOpen={isAsking}
        {...asking(remove, () => ask(false))}
        title={t("notes.delete_title")}
        text={t("notes.delete_asks")}
        word={t("notes.delete_do")}
      />
    </>
  );
}

function NewNote({ id }: { id: string }) {
  const { t } = useTranslation("devices");
  const [text, setText] = useState("");
  const client = useQueryClient();
  const add = useMutation({
    mutationFn: () =>
      asked(api.POST("/api/v1/devices/{id}/notes", { params: { path: { id } }, body: { text } })),
    onSuccess: () => {
      setText("");
      return client.invalidateQueries({ queryKey: notesQuery(id).queryKey });
    },
  });
  const refused = add.error instanceof ApiError ? add.error.of("text") : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={submit}>
      {add.error && !refused && <AddFailed error={add.error} />}
      <Textarea
        aria-label={t("notes.new")}
        description={t("notes.help")}
        required
        autosize
        minRows={3}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={refused}
        mb="sm"
      />
      <Button type="submit" loading={add.isPending} disabled={text.trim() === ""}>
        {t("notes.add")}
      </Button>
    </form>
  );
}

function AddFailed({ error }: { error: Error }) {
  return (
    <Alert color="red" mb="md" role="alert">
      {useFailure(error)}
    </Alert>
  );
}
