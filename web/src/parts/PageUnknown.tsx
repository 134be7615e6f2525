// What stands at an address that no page has.

import { IconMapQuestion } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Message } from "./Message";
import { usePageTitle } from "./PageHeader";

export function PageUnknown() {
  const { t } = useTranslation();
  usePageTitle(t("unknown.title"));
  return (
    <Message
      Icon={IconMapQuestion}
      title={t("unknown.title")}
      action={<Link to="/devices">{t("unknown.home")}</Link>}
    >
      {t("unknown.text")}
    </Message>
  );
}
