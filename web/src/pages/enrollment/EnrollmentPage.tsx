// The links by which devices come: made here, used once.

import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconLink, IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge, type Tone } from "../../parts/Badge";
import { type Column, DataTable } from "../../parts/DataTable";
import { useLongList } from "../../parts/longList";
import { Message } from "../../parts/Message";
import { PageHeader } from "../../parts/PageHeader";
import { usePermission } from "../../parts/permission";
import { Theirs } from "../../parts/Theirs";
import { Moment } from "../../parts/Time";
import classes from "./Enrollment.module.css";
import { NewLink } from "./NewLink";
import { type Enrollment, enrollmentsList } from "./queries";
import { RevokeLink } from "./RevokeLink";

type Words = TFunction<["enrollment", "common"]>;

const tones: Record<Schemas["EnrollmentState"], Tone> = {
  open: "busy",
  used: "good",
  expired: "quiet",
  revoked: "quiet",
};

export function EnrollmentPage() {
  const { t } = useTranslation(["enrollment", "common"]);
  const [isOpen, dialog] = useDisclosure(false);
  const mayEdit = usePermission("edit_enrollments");
  const list = useLongList(enrollmentsList);
  const columns = useMemo(() => linkColumns(t, mayEdit), [t, mayEdit]);
  const create = mayEdit && (
    <Button leftSection={<IconPlus size={16} />} onClick={dialog.open}>
      {t("new")}
    </Button>
  );
  return (
    <div className={classes.page}>
      <PageHeader title={t("title")} beside={create}>
        <p className={classes.about}>{t("about")}</p>
      </PageHeader>
      <DataTable
        label={t("links")}
        columns={columns}
        {...list}
        card={(row) => <LinkCard link={row} mayEdit={mayEdit} />}
        empty={
          <Message Icon={IconLink} title={t("none")} action={create}>
            {t("none_text")}
          </Message>
        }
      />
      <NewLink isOpen={isOpen} close={dialog.close} />
    </div>
  );
}

function State({ link }: { link: Enrollment }) {
  const { t } = useTranslation("enrollment");
  return <Badge tone={tones[link.state]}>{t(`state.${link.state}`)}</Badge>;
}

function DeviceOf({ link }: { link: Enrollment }) {
  if (!link.device) {
    return <>–</>;
  }
  return (
    <Link to="/devices/$id" params={{ id: link.device.id }} className={classes.device}>
      <Theirs text={link.device.name} />
    </Link>
  );
}

function linkColumns(t: Words, mayEdit: boolean): Column<Enrollment>[] {
  const columns: Column<Enrollment>[] = [
    {
      id: "note",
      header: t("column.note"),
      width: "minmax(10rem, 2fr)",
      cell: (link) => <Theirs text={link.note || t("no_note")} />,
    },
    {
      id: "state",
      header: t("column.state"),
      width: "minmax(6rem, 7rem)",
      cell: (link) => <State link={link} />,
    },
    {
      id: "device",
      header: t("column.device"),
      width: "minmax(9.5rem, 1fr)",
      cell: (link) => <DeviceOf link={link} />,
    },
    {
      id: "blueprint",
      header: t("column.blueprint"),
      width: "minmax(7rem, 1fr)",
      cell: (link) => link.blueprint?.name ?? "–",
    },
    {
      id: "expires",
      header: t("column.expires"),
      width: "minmax(9.75rem, 11rem)",
      cell: (link) => <Moment at={link.expires_at} names={false} />,
    },
    {
      id: "created_by",
      header: t("column.created_by"),
      width: "minmax(9rem, 1fr)",
      cell: (link) => <Theirs text={link.created_by} className={classes.second} />,
    },
  ];
  if (mayEdit) {
    columns.push({
      id: "revoke",
      header: "",
      width: "6rem",
      cell: (link) => (link.state === "open" ? <RevokeLink link={link} /> : null),
    });
  }
  return columns;
}

function LinkCard({ link, mayEdit }: { link: Enrollment; mayEdit: boolean }) {
  const { t } = useTranslation("enrollment");
  return (
    <>
      <span className={classes.cardHead}>
        <Theirs text={link.note || t("no_note")} />
        <State link={link} />
      </span>
      <span className={classes.cardFoot}>
        <span className={classes.second}>
          {link.device ? <DeviceOf link={link} /> : <Moment at={link.expires_at} />}
        </span>
        {mayEdit && link.state === "open" && <RevokeLink link={link} />}
      </span>
    </>
  );
}
