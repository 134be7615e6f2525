// Beside the form: which blueprints assign the item, and which devices are exempt.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Card } from "../../parts/Card";
import { ExceptionsCard } from "../../parts/exceptions/ExceptionsCard";
import { PastHalts } from "../../parts/halts/PastHalts";
import { haltsQuery } from "../../parts/halts/queries";
import rows from "../../parts/Rows.module.css";
import { Theirs } from "../../parts/Theirs";
import classes from "./Item.module.css";
import type { LibraryItem } from "./queries";
import { RingsCard } from "./RingsCard";

export function ItemSide({ item }: { item: LibraryItem }) {
  return (
    <>
      <Assignment item={item} />
      {item.settings.type === "managed_os" && (
        <>
          {(item.settings.rings?.length ?? 0) > 0 && <RingsCard id={item.id} />}
          <EndedHalts id={item.id} />
          <ExceptionsCard of={{ kind: "item", id: item.id }} />
        </>
      )}
    </>
  );
}

function EndedHalts({ id }: { id: string }) {
  const { data: halts = [] } = useQuery(haltsQuery);
  return <PastHalts all={halts.filter((halt) => halt.item.id === id && halt.resumed_at)} />;
}

function Assignment({ item }: { item: LibraryItem }) {
  const { t } = useTranslation("library");
  return (
    <Card title={t("assignment.where")}>
      {item.blueprints.length === 0 ? (
        <p className={classes.muted}>{t("assignment.none")}</p>
      ) : (
        <ul className={rows.rows}>
          {item.blueprints.map((blueprint) => (
            <li key={blueprint.id}>
              <Link to="/blueprints/$id" params={{ id: blueprint.id }}>
                <Theirs text={blueprint.name} />
              </Link>
            </li>
          ))}
        </ul>
      )}
      <p className={classes.muted}>{t("assignment.reaches", { count: item.device_count })}</p>
    </Card>
  );
}
