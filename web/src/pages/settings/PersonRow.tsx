// Somebody who may sign in, and what can be done about their access.

import { ActionIcon, Menu, Modal, Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDots, IconKey, IconShieldOff, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { Badge } from "../../parts/Badge";
import { asking, Confirm } from "../../parts/Confirm";
import { inert } from "../../parts/inert";
import { noticeFailure } from "../../parts/notice";
import classes from "../../parts/Rows.module.css";
import { type Role, roles } from "../../parts/roles";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import { type Person, peopleQuery } from "./queries";
import { ResetPassword } from "./ResetPassword";

type Asked = "password" | "second_factor" | "remove";

export function PersonRow({ person, mayEdit }: { person: Person; mayEdit: boolean }) {
  const { t } = useTranslation(["settings", "access"]);
  const { data: session } = useQuery(sessionQuery);
  const [asks, ask] = useState<Asked | null>(null);
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (role: Role) => {
      const params = { path: { id: person.id }, header: { "If-Match": String(person.revision) } };
      return asked(
        api.PATCH("/api/v1/people/{id}", { params, body: { name: null, password: null, role } }),
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: peopleQuery.queryKey }),
    onError: noticeFailure,
  });
  const isOneself = person.email === session?.name;
  const name = inert(person.name);
  return (
    <li>
      <span className={classes.who}>
        <b>
          <Theirs text={person.name} /> {isOneself && <Badge tone="good">{t("people.you")}</Badge>}
        </b>
        <span className={classes.quiet}>
          <Theirs text={person.email} /> ·{" "}
          {person.last_signed_in_at ? (
            <>
              {t("people.last")} <Moment at={person.last_signed_in_at} />
            </>
          ) : (
            t("people.never")
          )}{" "}
          · {person.has_second_factor ? t("people.has_factor") : t("people.no_factor")}
        </span>
      </span>
      {mayEdit ? (
        <>
          <Select
            aria-label={t("people.role_of", { name })}
            data={roles.map((value) => ({ value, label: t(`access:role.${value}`) }))}
            value={person.role}
            onChange={(role) => role && change.mutate(role as Role)}
            w={190}
          />
          <Actions person={person} isOneself={isOneself} ask={ask} />
        </>
      ) : (
        <span>{t(`access:role.${person.role}`)}</span>
      )}
      <Modal
        opened={asks === "password"}
        onClose={() => ask(null)}
        title={t("people.password_title", { name })}
      >
        <ResetPassword person={person} close={() => ask(null)} />
      </Modal>
      <RemoveSecondFactor
        person={person}
        isOpen={asks === "second_factor"}
        close={() => ask(null)}
      />
      <Remove person={person} isOpen={asks === "remove"} close={() => ask(null)} />
    </li>
  );
}

interface ActionsProps {
  person: Person;
  /** One's own password and second factor are changed on the account page. */
  isOneself: boolean;
  ask: (what: Asked) => void;
}

function Actions({ person, isOneself, ask }: ActionsProps) {
  const { t } = useTranslation("settings");
  const name = inert(person.name);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t("people.more", { name })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!isOneself && (
          <>
            <Menu.Item leftSection={<IconKey size={16} />} onClick={() => ask("password")}>
              {t("people.reset_password")}
            </Menu.Item>
            {person.has_second_factor && (
              <Menu.Item
                leftSection={<IconShieldOff size={16} />}
                onClick={() => ask("second_factor")}
              >
                {t("people.remove_factor")}
              </Menu.Item>
            )}
            <Menu.Divider />
          </>
        )}
        <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => ask("remove")}>
          {t("people.remove")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface QuestionProps {
  person: Person;
  isOpen: boolean;
  close: () => void;
}

function RemoveSecondFactor({ person, isOpen, close }: QuestionProps) {
  const { t } = useTranslation("settings");
  const name = inert(person.name);
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      asked(api.DELETE("/api/v1/people/{id}/totp", { params: { path: { id: person.id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: peopleQuery.queryKey }),
    onSuccess: () => {
      notifications.show({ message: t("people.factor_removed", { name }) });
      close();
    },
  });
  return (
    <Confirm
      isOpen={isOpen}
      {...asking(remove, close)}
      title={t("people.factor_title", { name })}
      text={t("people.factor_asks")}
      word={t("people.remove_factor")}
    />
  );
}

function Remove({ person, isOpen, close }: QuestionProps) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => {
      const params = { path: { id: person.id }, header: { "If-Match": String(person.revision) } };
      return asked(api.DELETE("/api/v1/people/{id}", { params }));
    },
    onSuccess: close,
    onSettled: () => client.invalidateQueries({ queryKey: peopleQuery.queryKey }),
  });
  return (
    <Confirm
      isOpen={isOpen}
      {...asking(remove, close)}
      title={t("people.remove_named", { name: inert(person.name) })}
      text={t("people.remove_asks")}
      word={t("people.remove")}
    />
  );
}
