// Apple's platforms, as a picture with a name.

import {
  IconDeviceImac,
  IconDeviceIpad,
  IconDeviceLaptop,
  IconDeviceMobile,
  IconDeviceTv,
  IconDeviceVisionPro,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
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
  platform: PlatformName;
  /** Apple's marketing name: portable Macs have a picture of their own. */
  model?: string;
  size?: number;
}

export function PlatformIcon({ platform, model = "", size = 18 }: IconProps) {
  const { t } = useTranslation();
  const Icon = model.startsWith("MacBook") ? IconDeviceLaptop : icons[platform];
  return (
    <Icon
      size={size}
      stroke={1.5}
      className={classes.icon}
      role="img"
      aria-label={t(`platform.${platform}`)}
    />
  );
}

/** "macOS 26.3" with its picture. */
export function PlatformVersion({
  platform,
  version,
}: {
  platform: PlatformName;
  version: string;
}) {
  const { t } = useTranslation();
  return (
    <span className={classes.version}>
      {t(`platform.${platform}`)} {version}
    </span>
  );
}
