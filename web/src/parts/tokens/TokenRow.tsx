// One token: what it may do, until when, and whether anything uses it.

import { ActionIcon } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked } from "../../api/client";
import { Confirm } from "../Confirm";
import { inert } from "../inert";
import { noticeFailure } from "../notice";
import classes from "../Rows.module.css";
import { Theirs } from "../Theirs";
import { Moment } from "../Time";
import { type Token, tokensQuery } from "./queries";

interface Props {
  token: Token;
  mayEdit: boolean;
  saysWhoMadeIt: boolean;
}

export function TokenRow({ token, mayEdit, saysWhoMadeIt }: Props) {
  const { t, i18n } = useTranslation("access");
  const client = useQueryClient();
  const [isAsking, ask] = useState(false);
  const revoke = useMutation({
    mutationFn: () =>
      asked(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id: token.id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
    onError: noticeFailure,
  });
  const name = inert(token.name);
  const permissionNames = (scopes: Token["scopes"]) =>
    new Intl.ListFormat(i18n.language).format(scopes.map((it) => t(`permission.${it}`)));
  return (
    <li>
      <span className={classes.who}>
        <b>
          <Theirs text={token.name} />
        </b>
        <span className={classes.quiet}>
          {t(`role.${token.role}`)}
          {token.scopes.length > 0 && `: ${permissionNames(token.scopes)}`} · {t("tokens.until")}{" "}
          <Moment at={token.expires_at} /> ·{" "}
          {token.last_used_at ? (
            <>
              {t("tokens.used")} <Moment at={token.last_used_at} />
            </>
          ) : (
            t("tokens.unused")
          )}
          {saysWhoMadeIt && (
            <>
              {" "}
              · {t("tokens.by")} <Theirs text={token.created_by} />
            </>
          )}
        </span>
      </span>
      {mayEdit && (
        <ActionIcon onClick={() => ask(true)} aria-label={t("tokens.revoke_named", { name })}>
          <IconTrash size={16} />
        </ActionIcon>
      )}
      <Confirm
        isOpen={isAsking}
        close={() => ask(false)}
        title={t("tokens.revoke_named", { name })}
        text={t("tokens.revoke_asks")}
        word={t("tokens.revoke")}
        act={() => {
          ask(false);
          revoke.mutate();
        }}
      />
    </li>
  );
}
