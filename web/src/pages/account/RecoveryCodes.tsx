// Recovery codes, this once: the server keeps only their hashes.

import { Button, CopyButton, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Account.module.css";

export function RecoveryCodes({ codes, done }: { codes: string[]; done: () => void }) {
  const { t } = useTranslation(["account", "common"]);
  return (
    <>
      <p className={classes.text} role="status">
        {t("second.codes_text")}
      </p>
      <ul className={classes.codes} aria-label={t("second.codes")}>
        {codes.map((code) => (
          <li key={code} className={classes.code}>
            {code}
          </li>
        ))}
      </ul>
      <Group gap="xs">
        <CopyButton value={codes.join("\n")}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t("common:copied") : t("common:copy")}
            </Button>
          )}
        </CopyButton>
        <Button onClick={done}>{t("second.kept")}</Button>
      </Group>
    </>
  );
}
