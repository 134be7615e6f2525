// Credentials of machines: made here, shown once, and revoked.

import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "../Card";
import { FailedMessage } from "../Message";
import { PageLoading } from "../PageLoading";
import { usePermission } from "../permission";
import classes from "../Rows.module.css";
import { NewToken } from "./NewToken";
import { tokensQuery } from "./queries";
import { TokenRow } from "./TokenRow";

interface Props {
  title: string;
  /** Only those that this person made; everybody's otherwise, each with who made it. */
  madeBy?: string;
  /** What stands where none is. */
  none: string;
  children?: ReactNode;
}

export function Tokens({ title, madeBy, none, children }: Props) {
  const { t } = useTranslation("access");
  const mayEdit = usePermission("edit_tokens");
  const [isOpen, dialog] = useDisclosure(false);
  const { data, error, refetch } = useQuery(tokensQuery);
  if (error && !data) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <PageLoading />;
  }
  const shown = data.items.filter((token) => madeBy === undefined || token.created_by === madeBy);
  const add = mayEdit && (
    <Button size="xs" leftSection={<IconPlus size={14} />} onClick={dialog.open}>
      {t("tokens.add")}
    </Button>
  );
  return (
    <Card title={title} beside={add}>
      {children}
      {shown.length === 0 && <p className={classes.quiet}>{none}</p>}
      <ul className={classes.rows}>
        {shown.map((token) => (
          <TokenRow
            key={token.id}
            token={token}
            mayEdit={mayEdit}
            saysWhoMadeIt={madeBy === undefined}
          />
        ))}
      </ul>
      <Modal opened={isOpen} onClose={dialog.close} title={t("tokens.add")}>
        <NewToken close={dialog.close} />
      </Modal>
    </Card>
  );
}
