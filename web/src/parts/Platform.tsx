// Apple's platforms, as a picture with a name.

import {
  IconDeviceImac,
  IconDeviceIpad,
  IconDeviceLaptop,
  IconDeviceMobile,
  IconDeviceTv,
  IconDeviceUnknown,
  IconDeviceVisionPro,
  type TablerIcon,
} from "@tabler/icons-react";
import type { Schemas } from "../api/client";
import { useCommon } from "./common";
import classes from "./Platform.module.css";

export type PlatformName = Schemas["Os"];

export const platforms: PlatformName[] = ["macos", "ios", "ipados", "tvos", "visionos"];

const icons: Record<PlatformName, TablerIcon> = {
  macos: IconDeviceImac,
  ios: IconDeviceMobile,
  ipados: IconDeviceIpad,
  tvos: IconDeviceTv,
  visionos: IconDeviceVisionPro,
};

interface IconProps {
  /** `null` until the device has told what it is. */
  platform: PlatformName | null | undefined;
  /** Apple's marketing name: portable Macs have a picture of their own. */
  model?: string;
  size?: number;
}

export function PlatformIcon({ platform, model = "", size = 18 }: IconProps) {
  const { t } = useCommon();
  const known = platform ? icons[platform] : IconDeviceUnknown;
  const Icon = model.startsWith("MacBook") ? IconDeviceLaptop : known;
  return (
    <Icon
      size={size}
      stroke={1.5}
      className={classes.icon}
      role="img"
      aria-label={t(`platform.${platform ?? "unknown"}`)}
    />
  );
}

/** "macOS 26.3" with its picture. */
export function PlatformVersion({
  platform,
  version,
}: {
  platform: PlatformName | null | undefined;
  version: string;
}) {
  const { t } = useCommon();
  return (
    <span className={classes.version}>
      {t(`platform.${platform ?? "unknown"}`)} {version}
    </span>
  );
}
