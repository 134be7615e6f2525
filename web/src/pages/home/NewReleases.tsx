// What Apple published since its reader was here last.

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge } from "../../parts/Badge";
import { Card } from "../../parts/Card";
import { numberFormat } from "../../parts/number";
import { Day, Moment } from "../../parts/Time";
import classes from "./Home.module.css";

const SHOWN = 8;
const NAMES = { macos: "macOS", ios: "iOS", visionos: "visionOS" } as const;

/** The devices that are counted: of its major, and as new as it is. */
function havingIt({ list, version }: Schemas["NewRelease"]) {
  const next = String(Number.parseInt(version, 10) + 1);
  return { list, os_version_from: version, os_version_below: next };
}

interface Props {
  all: Schemas["NewRelease"][];
  since: string | null;
}

export function NewReleases({ all, since }: Props) {
  const { t, i18n } = useTranslation("home");
  const number = numberFormat(i18n.language);
  const beside = (
    <span className={classes.quiet}>
      {since ? (
        <>
          {t("releases.since")} <Moment at={since} />
        </>
      ) : (
        t("releases.month")
      )}
    </span>
  );
  return (
    <Card title={t("releases.title")} beside={beside}>
      {all.length === 0 ? (
        <p className={classes.quiet}>{t("releases.none")}</p>
      ) : (
        <ul className={classes.rows}>
          {all.slice(0, SHOWN).map((release) => (
            <li key={release.id} className={classes.release}>
              <Link to="/releases/$id" params={{ id: release.id }}>
                {NAMES[release.list]} {release.version}
              </Link>
              <span className={classes.quiet}>
                <Day date={release.released_on} />
              </span>
              {release.exploited && <Badge tone="bad">{t("releases.exploited")}</Badge>}
              <Link to="/devices" search={havingIt(release)} className={classes.end}>
                {t("releases.done", {
                  count: release.devices_done,
                  number: number.format(release.devices_done),
                })}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {all.length > SHOWN && (
        <p>
          <Link to="/releases">{t("releases.more", { count: all.length - SHOWN })}</Link>
        </p>
      )}
    </Card>
  );
}
