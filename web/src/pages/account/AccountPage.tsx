// Oneself: who one is here, how the app looks, and how and where one signs in.

import { Button, SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "../../api/queries";
import { Card } from "../../parts/Card";
import { PageHeader } from "../../parts/PageHeader";
import { usePermission } from "../../parts/permission";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import { useSignOut } from "../../shell/signOut";
import { chooseLanguage, type Language, languages } from "../../texts";
import classes from "./Account.module.css";
import { OwnTokens } from "./OwnTokens";
import { Passkeys } from "./Passkeys";
import { PasswordForm } from "./PasswordForm";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";

export function AccountPage() {
  const { t } = useTranslation(["account", "access", "session"]);
  const mayMakeTokens = usePermission("edit_tokens");
  const { data: session } = useQuery(sessionQuery);
  const signOut = useSignOut();
  return (
    <>
      <PageHeader
        title={t("title")}
        beside={
          <Button
            variant="default"
            leftSection={<IconLogout size={16} />}
            onClick={() => signOut.mutate()}
          >
            {t("session:sign_out")}
          </Button>
        }
      />
      <div className={classes.page}>
        {session && (
          <Card title={t("you")}>
            <dl className={classes.pairs}>
              <dt>{t("email")}</dt>
              <dd>
                <Theirs text={session.name} />
              </dd>
              <dt>{t("role")}</dt>
              <dd>
                {t(`access:role.${session.role}`)}
                <small>{t(`access:role_says.${session.role}`)}</small>
              </dd>
              <dt>{t("until")}</dt>
              <dd>
                <Moment at={session.expires_at} />
                <small>{t("until_says")}</small>
              </dd>
            </dl>
          </Card>
        )}
        <Card title={t("look")}>
          <Look />
        </Card>
        <Card title={t("password.title")}>
          <PasswordForm />
        </Card>
        <Card title={t("second.title")}>
          <SecondFactor />
        </Card>
        <Card title={t("passkeys.title")}>
          <Passkeys />
        </Card>
        <Card title={t("sessions.title")}>
          <Sessions />
        </Card>
        {mayMakeTokens && session && <OwnTokens login={session.name} />}
      </div>
    </>
  );
}

function Look() {
  const { t, i18n } = useTranslation(["account", "common", "session"]);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const schemes = ["light", "dark", "auto"] as const;
  return (
    <div className={classes.look}>
      <div>
        <div className={classes.label}>{t("session:appearance")}</div>
        <SegmentedControl
          aria-label={t("session:appearance")}
          value={colorScheme}
          onChange={(value) => setColorScheme(value as (typeof schemes)[number])}
          data={schemes.map((value) => ({ value, label: t(`common:theme.${value}`) }))}
        />
      </div>
      <div>
        <div className={classes.label}>{t("session:language")}</div>
        <SegmentedControl
          aria-label={t("session:language")}
          value={i18n.language}
          onChange={(value) => void chooseLanguage(value as Language)}
          data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        />
      </div>
    </div>
  );
}
