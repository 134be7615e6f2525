// The frame of every page behind the door: sidebar, or a bar with a menu on narrow screens.

import { ActionIcon, Drawer } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconMenu2 } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useLocation, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { followChanges } from "../api/events";
import { sessionQuery } from "../api/queries";
import { Logo } from "./Logo";
import classes from "./Shell.module.css";
import { Sidebar } from "./Sidebar";
import { WorkBar } from "./WorkBar";

export function Shell() {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  const location = useLocation();
  const isNarrow = useMediaQuery("(max-width: 56em)", undefined, {
    getInitialValueInEffect: false,
  });
  const [isOpen, menu] = useDisclosure(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes on every way it leads
  useEffect(() => menu.close(), [location.pathname]);

  const client = useQueryClient();
  const isSignedIn = Boolean(session);
  useEffect(() => (isSignedIn ? followChanges(client) : undefined), [client, isSignedIn]);

  // The session ended elsewhere. Once only: while the door loads, its own address is already the
  // newest, and leading there from it would never end.
  const router = useRouter();
  const isSignedOut = session === null;
  useEffect(() => {
    const { href, pathname } = router.latestLocation;
    if (isSignedOut && pathname !== "/sign-in") {
      void router.navigate({ to: "/sign-in", search: { next: href } });
    }
  }, [router, isSignedOut]);

  if (isSignedOut) {
    return null;
  }
  return (
    <div className={classes.frame} data-narrow={isNarrow || undefined}>
      <a className={classes.skip} href="#page">
        {t("skip")}
      </a>
      {isNarrow ? (
        <header className={classes.bar}>
          <ActionIcon size="lg" onClick={menu.open} aria-label={t("nav.open")}>
            <IconMenu2 size={20} />
          </ActionIcon>
          <Logo />
        </header>
      ) : (
        <div className={classes.side}>
          <Sidebar />
        </div>
      )}
      {isNarrow && (
        <Drawer.Root opened={isOpen} onClose={menu.close} size={264} padding={0}>
          <Drawer.Overlay />
          <Drawer.Content aria-label={t("nav.label")}>
            <div className={classes.drawer}>
              <Sidebar />
            </div>
          </Drawer.Content>
        </Drawer.Root>
      )}
      <main id="page" tabIndex={-1} className={classes.page}>
        <Outlet />
      </main>
      <WorkBar />
    </div>
  );
}
