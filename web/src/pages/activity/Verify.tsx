// Checks that nobody changed the audit log, from its first entry to its last.

import { Alert, Button, CopyButton, Modal, Text, UnstyledButton } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, asked, type Schemas } from "../../api/client";
import { useFailure } from "../../parts/Message";
import classes from "./Activity.module.css";

export function Verify() {
  const { t } = useTranslation("activity");
  const verify = useMutation({
    mutationFn: () => asked(api.GET("/api/v1/audit/verification")),
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconShieldCheck size={16} />}
        loading={verify.isPending}
        onClick={() => verify.mutate()}
      >
        {t("verify.do")}
      </Button>
      <Modal
        opened={verify.isSuccess || verify.isError}
        onClose={verify.reset}
        title={t("verify.title")}
      >
        {verify.error && <Failed error={verify.error} />}
        {verify.data && <Verified result={verify.data} />}
      </Modal>
    </>
  );
}

function Failed({ error }: { error: Error }) {
  return <Alert color="red">{useFailure(error)}</Alert>;
}

function Verified({ result }: { result: Schemas["AuditVerification"] }) {
  const { t } = useTranslation(["activity", "common"]);
  if (result.broken_at != null) {
    return (
      <Alert color="red" title={t("verify.broken", { number: result.broken_at })}>
        {t("verify.broken_text")}
      </Alert>
    );
  }
  return (
    <>
      <Text mb="sm">{t("verify.whole", { count: result.entries })}</Text>
      {result.head && (
        <>
          <Text c="dimmed">{t("verify.head")}</Text>
          <p className={classes.head}>{result.head}</p>
          <CopyButton value={result.head}>
            {({ copied, copy }) => (
              <UnstyledButton onClick={copy} className={classes.copy}>
                {copied ? t("common:copied") : t("common:copy")}
              </UnstyledButton>
            )}
          </CopyButton>
        </>
      )}
    </>
  );
}
