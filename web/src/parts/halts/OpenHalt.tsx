// A release that is stopped for the later rings: why, which devices are in trouble, and the way on.

import { Button } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge } from "../Badge";
import { usePermission } from "../permission";
import { Theirs } from "../Theirs";
import { Moment } from "../Time";
import classes from "./Halts.module.css";
import { type Halt, troubledQuery } from "./queries";
import { ResumeHalt } from "./ResumeHalt";
import { useHaltWords } from "./words";

const SHOWN = 5;

interface Props {
  halt: Halt;
  /** Where the page is not the item's own, it is named with a link. */
  namesItem?: boolean;
}

export function OpenHalt({ halt, namesItem = false }: Props) {
  const { t } = useTranslation("halts");
  const id = useId();
  const mayResume = usePermission("edit_library");
  const [isOpen, open] = useState(false);
  const words = useHaltWords(halt);
  return (
    <section aria-labelledby={id} className={classes.halt}>
      <div className={classes.head}>
        <IconHandStop size={20} stroke={1.7} aria-hidden="true" className={classes.icon} />
        <div className={classes.what}>
          <h2 id={id} className={classes.title}>
            {words.title}
          </h2>
          <p>
            {words.why}{" "}
            <span className={classes.quiet}>
              {t("since")} <Moment at={halt.halted_at} />
            </span>
          </p>
          {namesItem && (
            <p>
              <Link to="/library/$id" params={{ id: halt.item.id }}>
                <Theirs text={halt.item.name} />
              </Link>
            </p>
          )}
          <p className={classes.quiet}>{t("meanwhile")}</p>
        </div>
        {mayResume && <Button onClick={() => open(true)}>{t("resume")}</Button>}
      </div>
      <Troubled halt={halt} />
      <ResumeHalt halt={halt} isOpen={isOpen} close={() => open(false)} />
    </section>
  );
}

function Troubled({ halt }: { halt: Halt }) {
  const { t } = useTranslation(["halts", "common"]);
  const [isWhole, showWhole] = useState(false);
  const { data: devices = [], isPending, error, refetch } = useQuery(troubledQuery(halt.id));
  if (error) {
    return (
      <p className={classes.devicesTitle} role="alert">
        {t("devices_failed")}{" "}
        <Button variant="default" size="compact-xs" onClick={() => void refetch()}>
          {t("common:retry")}
        </Button>
      </p>
    );
  }
  if (devices.length === 0) {
    return <p className={classes.devicesTitle}>{isPending ? "…" : t("none_now")}</p>;
  }
  const shown = isWhole ? devices : devices.slice(0, SHOWN);
  return (
    <>
      <h3 className={classes.devicesTitle}>{t("in_trouble", { count: devices.length })}</h3>
      <ul className={classes.devices}>
        {shown.map((device) => (
          <TroubledDevice key={device.id} device={device} />
        ))}
      </ul>
      {devices.length > shown.length && (
        <button type="button" className={classes.more} onClick={() => showWhole(true)}>
          {t("show_all", { count: devices.length })}
        </button>
      )}
    </>
  );
}

function TroubledDevice({ device }: { device: Schemas["TroubledDevice"] }) {
  const { t } = useTranslation("halts");
  return (
    <li>
      <Link to="/devices/$id" params={{ id: device.id }}>
        <Theirs text={device.name || device.serial_number} />
      </Link>
      <Badge tone={device.trouble === "failed" ? "bad" : "warn"}>
        {t(`trouble.${device.trouble}`)}
      </Badge>
      {device.device_words && (
        <span className={classes.quiet}>
          {t("says")} <q>{<Theirs text={device.device_words} />}</q>
        </span>
      )}
      {device.trouble === "silent" && device.last_seen_at && (
        <span className={classes.quiet}>
          {t("last_seen")} <Moment at={device.last_seen_at} />
        </span>
      )}
    </li>
  );
}
