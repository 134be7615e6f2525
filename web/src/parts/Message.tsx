// What stands where a list would be: that it is empty, or why it could not be read.

import { Button } from "@mantine/core";
import type { TablerIcon } from "@tabler/icons-react";
import { IconCloudOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import classes from "./Message.module.css";

interface Props {
  Icon?: TablerIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Message({ Icon, title, children, action }: Props) {
  return (
    <div className={classes.message}>
      {Icon && <Icon size={32} stroke={1.3} className={classes.icon} aria-hidden="true" />}
      <h2 className={classes.title}>{title}</h2>
      {children && <div className={classes.text}>{children}</div>}
      {action}
    </div>
  );
}

/** Why something could not be read, and what to do about it. */
export function FailedMessage({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useTranslation();
  return (
    <div role="alert">
      <Message
        Icon={IconCloudOff}
        title={t("failed.title")}
        action={
          isWithoutSecondFactor(error) ? (
            <Link to="/account">{t("failed.to_account")}</Link>
          ) : (
            retry && (
              <Button variant="default" onClick={retry}>
                {t("retry")}
              </Button>
            )
          )
        }
      >
        {useFailure(error)}
      </Message>
    </div>
  );
}

/** Whether one can do nothing but set up a second factor. */
function isWithoutSecondFactor(error: Error): boolean {
  return error instanceof ApiError && error.code === "second_factor_required";
}

/** An error in words that say what to do. */
export function useFailure(error: Error): string {
  const { t } = useTranslation();
  const code = error instanceof ApiError ? error.code : "other";
  if (
    code === "unreachable" ||
    code === "forbidden" ||
    code === "not_found" ||
    code === "second_factor_required"
  ) {
    return t(`failed.${code}`);
  }
  return t("failed.other", { message: error.message });
}
