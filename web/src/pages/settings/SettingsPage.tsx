// Settings: the server itself, who may do what, credentials of machines, and Apple's certificate.

import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PageHeader } from "../../parts/PageHeader";
import { Sideways } from "../../parts/Sideways";
import { Tokens } from "../../parts/tokens/Tokens";
import { Appearance } from "./Appearance";
import { Organization } from "./Organization";
import { People } from "./People";
import { PushCertificate } from "./PushCertificate";
import classes from "./Settings.module.css";
import { type Part, parts } from "./search";

export function SettingsPage() {
  const { t } = useTranslation(["settings", "access"]);
  const { part = "organization" } = useSearch({ from: "/inside/settings" });
  const navigate = useNavigate({ from: "/settings" });
  return (
    <>
      <PageHeader title={t("title")} />
      <Tabs
        value={part}
        onChange={(value) => void navigate({ search: { part: value as Part }, replace: true })}
        keepMounted={false}
      >
        <Sideways chosen={part}>
          <Tabs.List className={classes.tabs}>
            {parts.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {t(`part.${name}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Sideways>
        <div className={classes.panel}>
          <Tabs.Panel value="organization">
            <Organization />
          </Tabs.Panel>
          <Tabs.Panel value="people">
            <People />
          </Tabs.Panel>
          <Tabs.Panel value="tokens">
            <Tokens title={t("part.tokens")} none={t("access:tokens.none")} />
          </Tabs.Panel>
          <Tabs.Panel value="push">
            <PushCertificate />
          </Tabs.Panel>
          <Tabs.Panel value="appearance">
            <Appearance />
          </Tabs.Panel>
        </div>
      </Tabs>
    </>
  );
}
