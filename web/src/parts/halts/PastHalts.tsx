// Halts that a person ended: what was stopped, who let it go on, and why.

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Card } from "../Card";
import { usePermission } from "../permission";
import { Theirs } from "../Theirs";
import { Moment } from "../Time";
import classes from "./Halts.module.css";
import type { Halt } from "./queries";
import { useHaltWords } from "./words";

export function PastHalts({ all }: { all: Halt[] }) {
  const { t } = useTranslation("halts");
  if (all.length === 0) {
    return null;
  }
  return (
    <Card title={t("past")}>
      <ul className={classes.past}>
        {all.map((halt) => (
          <PastHalt key={halt.id} halt={halt} />
        ))}
      </ul>
    </Card>
  );
}

function PastHalt({ halt }: { halt: Halt }) {
  const { t } = useTranslation("halts");
  const mayReadAudit = usePermission("read_audit");
  const words = useHaltWords(halt);
  return (
    <li>
      <div>{words.title}</div>
      <p className={classes.quiet}>
        <Moment at={halt.halted_at} />: {words.why}
      </p>
      <p>
        {t("went_on")} <Theirs text={halt.resumed_by ?? ""} />
        {halt.resumed_at && (
          <>
            , <Moment at={halt.resumed_at} />
          </>
        )}
        : <q>{<Theirs text={halt.resume_reason ?? ""} />}</q>
      </p>
      {mayReadAudit && (
        <Link to="/activity" search={{ object: `ring_halts/${halt.id}` }}>
          {t("audit")}
        </Link>
      )}
    </li>
  );
}
