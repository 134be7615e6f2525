// A moment on the page, and always whose.

import { useCommon } from "./common";
import classes from "./Time.module.css";
import { Tip } from "./Tip";
import * as time from "./time";

interface Common {
  /** Whether the text names the clock; in a table its column does. */
  names?: boolean;
}

/** A moment by the reader's clock. */
export function Moment({ at, names = true }: Common & { at: string }) {
  const { t, language } = useCommon();
  const style = { language };
  return (
    <Tip label={() => t("time.in_utc", { time: time.utc(at, style) })}>
      <time dateTime={at} className={classes.time}>
        {time.yours(at, style)}
        {names && <span className={classes.whose}> {t("time.yours")}</span>}
      </time>
    </Tip>
  );
}

/** A moment in UTC. */
export function Utc({ at }: { at: string }) {
  const { t, language } = useCommon();
  return (
    <time dateTime={at} className={classes.time}>
      {time.utc(at, { language })}
      <span className={classes.whose}> {t("time.utc")}</span>
    </time>
  );
}

/** A moment by the device's own clock, with what it is for the reader and in UTC. */
export function DeviceTime({
  local,
  at,
  names = true,
}: Common & { local: string; at?: string | null | undefined }) {
  const { t, language } = useCommon();
  const style = { language };
  const lines = () =>
    at
      ? [
          t("time.for_you", { time: time.yours(at, style) }),
          t("time.in_utc", { time: time.utc(at, style) }),
        ]
      : [t("time.device_offset_unknown")];
  return (
    <Tip multiline label={() => lines().map((line) => <div key={line}>{line}</div>)}>
      <time dateTime={local} className={classes.time}>
        {time.onDevice(local, style)}
        {names && <span className={classes.whose}> {t("time.device")}</span>}
      </time>
    </Tip>
  );
}

/** A day, such as the one Apple released something on; a device's own day is named as that. */
export function Day({ date, isDevices = false }: { date: string; isDevices?: boolean }) {
  const { t, language } = useCommon();
  return (
    <time dateTime={date} className={classes.time}>
      {time.day(date, { language })}
      {isDevices && <span className={classes.whose}> {t("time.device")}</span>}
    </time>
  );
}
