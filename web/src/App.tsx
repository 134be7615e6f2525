// What surrounds every page: theme, texts, data and routes.

import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { createRouter, RouterProvider } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { createQueryClient } from "./api/queries";
import { CommonTexts } from "./parts/common";
import { PageFailed } from "./parts/PageFailed";
import { PageLoading } from "./parts/PageLoading";
import { PageUnknown } from "./parts/PageUnknown";
import { routes } from "./routes";
import { cssVariables, themeFor } from "./theme";

const queryClient = createQueryClient();

const router = createRouter({
  routeTree: routes,
  context: { queryClient },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 300,
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: PageUnknown,
  scrollRestoration: true,
  // What no page reads from an address is taken out of it, and reaches none.
  search: { strict: true },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** The nonce by which this page's style sheets are told from anybody else's. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
}

export function App() {
  const { t } = useTranslation("common");
  const close = t("close");
  const theme = useMemo(() => themeFor(close), [close]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={queryClient}>
        <CommonTexts>
          <RouterProvider router={router} />
        </CommonTexts>
        <Notifications position="bottom-center" />
      </QueryClientProvider>
    </MantineProvider>
  );
}
