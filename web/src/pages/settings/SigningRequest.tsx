// The request for the next push certificate: made on the server, which keeps its key.

import { Button, Group } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, asked, type Schemas } from "../../api/client";
import { asking, Confirm } from "../../parts/Confirm";
import { download } from "../../parts/download";
import { FormError } from "../../parts/FormError";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import { signingRequestQuery } from "./queries";
import classes from "./Settings.module.css";

type Request = Schemas["SigningRequest"];

function request(anew: boolean): Promise<Request> {
  return asked(api.POST("/api/v1/push-certificate/signing-request", { body: { anew } }));
}

function save({ request_pem }: Request): void {
  download("macadam-push.csr", [request_pem], "application/pkcs10");
}

export function SigningRequest() {
  const { t } = useTranslation("settings");
  const { data: waiting } = useQuery(signingRequestQuery);
  const [asks, setAsks] = useState(false);
  const client = useQueryClient();
  const onSuccess = (made: Request) => {
    client.setQueryData(signingRequestQuery.queryKey, made);
    save(made);
    setAsks(false);
  };
  const make = useMutation({ mutationFn: () => request(false), onSuccess });
  const again = useMutation({ mutationFn: () => request(true), onSuccess });
  if (waiting === undefined) {
    return null;
  }
  return (
    <div>
      <FormError error={make.error} />
      {waiting && (
        <p className={classes.quiet}>
          {t("push.request_made")} <Moment at={waiting.created_at} />,{" "}
          <Theirs text={waiting.created_by} />. {t("push.request_waits")}
        </p>
      )}
      <Group gap="xs" my="xs">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} />}
          onClick={() => (waiting ? save(waiting) : make.mutate())}
          loading={make.isPending}
        >
          {waiting ? t("push.request_again") : t("push.request")}
        </Button>
        {waiting && (
          <Button size="xs" variant="subtle" onClick={() => setAsks(true)}>
            {t("push.request_anew")}
          </Button>
        )}
      </Group>
      <Confirm
        isOpen={asks}
        {...asking(again, () => setAsks(false))}
        title={t("push.request_anew")}
        text={t("push.request_anew_asks")}
        word={t("push.request_anew")}
      />
    </div>
  );
}
