// Who may sign in, what each may do, and what is asked of everybody.

import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Card } from "../../parts/Card";
import { FailedMessage } from "../../parts/Message";
import { PageLoading } from "../../parts/PageLoading";
import { usePermission } from "../../parts/permission";
import rows from "../../parts/Rows.module.css";
import { NewPerson } from "./NewPerson";
import { PersonRow } from "./PersonRow";
import { peopleQuery } from "./queries";
import classes from "./Settings.module.css";
import { SignInPolicy } from "./SignInPolicy";

export function People() {
  const { t } = useTranslation("settings");
  const mayEdit = usePermission("edit_people");
  const [isOpen, dialog] = useDisclosure(false);
  const { data, error, refetch } = useQuery(peopleQuery);
  if (error && !data) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <PageLoading />;
  }
  const add = mayEdit && (
    <Button size="xs" leftSection={<IconPlus size={14} />} onClick={dialog.open}>
      {t("people.add")}
    </Button>
  );
  return (
    <div className={classes.stack}>
      <Card title={t("part.people")} beside={add}>
        <ul className={rows.rows}>
          {data.items.map((person) => (
            <PersonRow key={person.id} person={person} mayEdit={mayEdit} />
          ))}
        </ul>
        <Modal opened={isOpen} onClose={dialog.close} title={t("people.add")}>
          <NewPerson close={dialog.close} />
        </Modal>
      </Card>
      <SignInPolicy />
    </div>
  );
}
