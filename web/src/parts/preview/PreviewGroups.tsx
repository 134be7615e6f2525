// The devices that a change concerns, those alike together.

import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { inert } from "../inert";
import { numberFormat } from "../number";
import { PlatformIcon, PlatformVersion } from "../Platform";
import { onDevice } from "../time";
import classes from "./Preview.module.css";

type Group = Schemas["PreviewGroup"];
type Decision = Schemas["PreviewDecision"];

const SHOWN = 30;

/** Groups that read alike are one; the server tells them apart by how far their devices are. */
function alike(groups: Group[]): Group[] {
  const found = new Map<string, Group>();
  for (const group of groups) {
    const { platform, os_version, before, after, due_within_24_hours: soon } = group;
    const how = after.mechanism;
    const key = JSON.stringify([platform, os_version, reads(before), reads(after), soon, how]);
    const same = found.get(key);
    found.set(key, same ? joined(same, group) : group);
  }
  return [...found.values()];
}

function reads({ target_version, deadline_local, status }: Decision) {
  return deadline_local ? [target_version, deadline_local] : [status];
}

function joined(one: Group, other: Group): Group {
  return {
    ...one,
    device_count: one.device_count + other.device_count,
    examples: [...one.examples, ...other.examples].slice(0, 5),
  };
}

export function PreviewGroups({ groups }: { groups: Group[] }) {
  const { t } = useTranslation(["preview", "common"]);
  const [isWhole, showWhole] = useState(false);
  const all = useMemo(() => alike(groups), [groups]);
  const shown = isWhole ? all : all.slice(0, SHOWN);
  const soon = shown.filter((group) => group.due_within_24_hours);
  const later = shown.filter((group) => !group.due_within_24_hours);
  return (
    <>
      {soon.length > 0 && <List title={t("preview:within_a_day")} groups={soon} isSoon />}
      {later.length > 0 && (
        <List title={soon.length > 0 ? t("preview:later") : null} groups={later} />
      )}
      {all.length > shown.length && (
        <button type="button" className={classes.rest} onClick={() => showWhole(true)}>
          {t("preview:more_groups", { count: all.length - shown.length })}
        </button>
      )}
    </>
  );
}

interface ListProps {
  title: string | null;
  groups: Group[];
  isSoon?: boolean;
}

function List({ title, groups, isSoon }: ListProps) {
  return (
    <>
      {title && (
        <h3 className={classes.when} data-soon={isSoon}>
          {title}
        </h3>
      )}
      <ul className={classes.groups}>
        {groups.map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a group has no name of its own
          <li key={index} className={classes.group}>
            <GroupRow group={group} />
          </li>
        ))}
      </ul>
    </>
  );
}

function GroupRow({ group }: { group: Group }) {
  const { t, i18n } = useTranslation(["preview", "common"]);
  const { device_count: count, examples } = group;
  const names = examples.map((name) => inert(name)).join(", ");
  const more = count - examples.length;
  return (
    <>
      <span className={classes.count}>
        {numberFormat(i18n.language).format(count)}
        <span className="only-read-aloud"> {t("preview:devices", { count })}</span>
      </span>
      <div className={classes.what}>
        <div className={classes.change}>
          <PlatformIcon platform={group.platform} size={16} />
          <PlatformVersion platform={group.platform} version={group.os_version} />
          {group.after.target_version && (
            <>
              <span aria-hidden="true">→</span>
              <b className="number">{group.after.target_version}</b>
            </>
          )}
        </div>
        <After after={group.after} />
        <Before before={group.before} after={group.after} />
        <div className={classes.names}>
          {more > 0 ? t("preview:and_more", { names, count: more }) : names}
        </div>
      </div>
    </>
  );
}

/** By when, or why there is nothing to install any more. */
export function After({ after }: { after: Decision }) {
  const { t } = useTranslation(["preview", "common"]);
  return (
    <div>
      {after.deadline_local ? (
        <>
          {t("preview:by")} <Local at={after.deadline_local} />
          {after.mechanism && after.mechanism !== "ddm" && (
            <> · {t(`common:mechanism.${after.mechanism}`)}</>
          )}
        </>
      ) : (
        t(`common:status_says.${after.status}`)
      )}
    </div>
  );
}

/** What holds now, as far as it differs. */
export function Before({ before, after }: { before: Decision; after: Decision }) {
  const { t } = useTranslation(["preview", "common"]);
  const isOther = before.target_version !== after.target_version;
  return (
    <div className={classes.before}>
      {t("preview:now")}{" "}
      {before.deadline_local ? (
        <>
          {isOther && before.target_version} {t("preview:by")}{" "}
          <Local at={before.deadline_local} names={false} />
        </>
      ) : (
        t(`common:status.${before.status}`)
      )}
    </div>
  );
}

/** A deadline on whichever device: its own clock's. */
function Local({ at, names = true }: { at: string; names?: boolean }) {
  const { t, i18n } = useTranslation("common");
  return (
    <time dateTime={at} className={classes.time}>
      {onDevice(at, { language: i18n.language })}
      {names && <span className={classes.whose}> {t("time.device")}</span>}
    </time>
  );
}
