// The first of the devices that a change concerns, one by one.

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { PlatformIcon, PlatformVersion } from "../Platform";
import { Theirs } from "../Theirs";
import classes from "./Preview.module.css";
import { After, Before } from "./PreviewGroups";

export function PreviewDevices({ preview }: { preview: Schemas["Preview"] }) {
  const { t } = useTranslation("preview");
  const { devices, devices_changed: count } = preview;
  return (
    <>
      <ul className={classes.groups}>
        {devices.map((device) => (
          <li key={device.id} className={classes.device}>
            <PlatformIcon platform={device.platform} size={16} />
            <div className={classes.what}>
              <Link to="/devices/$id" params={{ id: device.id }} className={classes.name}>
                <Theirs text={device.name || device.serial_number} />
              </Link>
              <div className={classes.change}>
                <PlatformVersion platform={device.platform} version={device.os_version} />
                {device.after.target_version && (
                  <>
                    <span aria-hidden="true">→</span>
                    <b className="number">{device.after.target_version}</b>
                  </>
                )}
              </div>
              <After after={device.after} />
              <Before before={device.before} after={device.after} />
            </div>
          </li>
        ))}
      </ul>
      {count > devices.length && (
        <p className={classes.note}>{t("first_only", { count: devices.length })}</p>
      )}
    </>
  );
}
