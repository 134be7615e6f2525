// Where one can go, and who one is.

import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import {
  IconCheck,
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSelector,
  IconSun,
  IconUser,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "../api/queries";
import { chooseLanguage, type Language, languages } from "../texts";
import { DataAge } from "./DataAge";
import { Logo } from "./Logo";
import { icons, places } from "./places";
import classes from "./Sidebar.module.css";
import { useSignOut } from "./signOut";

export function Sidebar() {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  const shown = places.filter(({ needs }) => !needs || session?.permissions.includes(needs));
  return (
    <div className={classes.sidebar}>
      <Link to="/" className={classes.logo}>
        <Logo />
      </Link>
      <nav aria-label={t("nav.label")} className={classes.places}>
        {shown.map(({ name, to }) => {
          const Icon = icons[name];
          return (
            <Link
              key={name}
              to={to}
              className={classes.place}
              activeOptions={{ exact: to === "/" }}
            >
              <Icon size={18} stroke={1.6} aria-hidden="true" />
              {t(`nav.${name}`)}
            </Link>
          );
        })}
      </nav>
      <DataAge />
      <AccountMenu />
    </div>
  );
}

const schemes = [
  { value: "light", Icon: IconSun },
  { value: "dark", Icon: IconMoon },
  { value: "auto", Icon: IconDeviceDesktop },
] as const;

function AccountMenu() {
  const { t, i18n } = useTranslation(["common", "session"]);
  const { data: session } = useQuery(sessionQuery);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  return (
    <Menu position="top-start" width={216} offset={6}>
      <Menu.Target>
        <UnstyledButton className={classes.account}>
          <IconUser size={18} stroke={1.6} aria-hidden="true" />
          <span className={classes.who}>{session?.name}</span>
          <IconSelector size={14} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconUser size={16} />} component={Link} to="/account">
          {t("nav.account")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("session:appearance")}</Menu.Label>
        {schemes.map(({ value, Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon size={16} />}
            rightSection={colorScheme === value ? <IconCheck size={14} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {t(`theme.${value}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t("session:language")}</Menu.Label>
        {(Object.keys(languages) as Language[]).map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            rightSection={i18n.language === language ? <IconCheck size={14} /> : null}
            onClick={() => chooseLanguage(language)}
          >
            {languages[language]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate()}>
          {t("session:sign_out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
