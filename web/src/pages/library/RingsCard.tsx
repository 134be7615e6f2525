// How each ring of an item does with the newest releases, in the order of the rollout.

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge } from "../../parts/Badge";
import { Card } from "../../parts/Card";
import { inert } from "../../parts/inert";
import { numberFormat } from "../../parts/number";
import { Theirs } from "../../parts/Theirs";
import { Unread } from "../../parts/Unread";
import { ringsQuery } from "./queries";
import classes from "./Rings.module.css";

/** Older ones are done with. */
const SHOWN = 2;

export function RingsCard({ id }: { id: string }) {
  const { t } = useTranslation("halts");
  const query = useQuery(ringsQuery(id));
  const { data: rings } = query;
  const isEmpty = rings?.every((ring) => ring.releases.length === 0);
  return (
    <Card title={t("rings.title")}>
      {!rings && <Unread query={query} />}
      {isEmpty && <p className={classes.quiet}>{t("rings.none")}</p>}
      <ol className={classes.rings}>
        {rings?.map((ring) => (
          <li key={ring.ring ?? ""}>
            <div className={classes.name}>
              {ring.ring ? <Theirs text={ring.ring} /> : t("rings.no_ring")}{" "}
              {ring.offset_days > 0 && (
                <span className={classes.quiet}>
                  {t("rings.days", { count: ring.offset_days })}
                </span>
              )}
            </div>
            {ring.releases.slice(0, SHOWN).map((release) => (
              <Progress key={release.version} release={release} />
            ))}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Progress({ release }: { release: Schemas["RingRelease"] }) {
  const { t, i18n } = useTranslation("halts");
  const number = numberFormat(i18n.language);
  const { devices, done, failed, silent, version } = release;
  const share = (count: number) => ({ width: `${(count / Math.max(1, devices)) * 100}%` });
  return (
    <div className={classes.release}>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.done} style={share(done)} />
        <span className={classes.trouble} style={share(failed + silent)} />
      </span>
      <span className={classes.text}>
        {t("rings.done", {
          done: number.format(done),
          devices: number.format(devices),
          version: inert(version),
        })}
        {release.halt_id && <Badge tone="warn">{t("rings.halted")}</Badge>}
        {failed > 0 && <Badge tone="bad">{t("rings.failed", { count: failed })}</Badge>}
        {silent > 0 && <Badge tone="warn">{t("rings.silent", { count: silent })}</Badge>}
      </span>
    </div>
  );
}
