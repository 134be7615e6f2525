// A library item as a card: what it wants, of whom, and how that stands.

import { Tooltip } from "@mantine/core";
import {
  IconAdjustments,
  IconDownload,
  IconPlayerPause,
  IconRepeat,
  IconShieldCheck,
  type TablerIcon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { inert } from "../../parts/inert";
import { osName } from "../../parts/osName";
import { PlatformIcon } from "../../parts/Platform";
import { StatusBar } from "../../parts/StatusBar";
import { Theirs } from "../../parts/Theirs";
import classes from "./Library.module.css";
import { devicesOf, itemCountsQuery, type LibraryItem } from "./queries";
import { deferralsSay, enforcementSays } from "./says";

export function ItemCard({ item }: { item: LibraryItem }) {
  const { t } = useTranslation(["library", "common"]);
  const { settings } = item;
  const isOs = settings.type === "managed_os";
  return (
    <article className={classes.card} data-paused={item.paused ? true : undefined}>
      <div className={classes.cardHead}>
        {isOs ? (
          <PlatformIcon platform={settings.platform} size={20} />
        ) : (
          <IconAdjustments size={20} stroke={1.5} className={classes.icon} aria-hidden="true" />
        )}
        <span className={classes.os}>
          {isOs ? osName(settings.platform, settings.major) : t("type.software_update_settings")}
        </span>
        {isOs && item.version_badge && (
          <span className={classes.version}>
            <span className="only-read-aloud">{t("newest")} </span>
            {item.version_badge}
          </span>
        )}
      </div>
      <h3 className={classes.label}>
        <Link to="/library/$id" params={{ id: item.id }} className={classes.link}>
          <Theirs text={settings.label ?? ""} />
        </Link>
      </h3>
      <p className={classes.wish}>
        <Wish item={item} />
      </p>
      <p className={classes.where}>
        {item.blueprints.length === 0
          ? t("assignment.none_short")
          : item.blueprints.map((one) => inert(one.name)).join(", ")}
      </p>
      <div className={classes.foot}>
        {isOs ? <Standing item={item} /> : <span />}
        <Marks item={item} />
      </div>
    </article>
  );
}

function Wish({ item: { settings } }: { item: LibraryItem }) {
  const { t, i18n } = useTranslation(["library", "common"]);
  if (settings.type === "managed_os") {
    return <>{enforcementSays(t, settings.enforcement, i18n.language)}</>;
  }
  return <>{deferralsSay(t, settings.deferrals) || t("update.no_deferral")}</>;
}

function Standing({ item }: { item: LibraryItem }) {
  const { data } = useQuery(itemCountsQuery(devicesOf(item)));
  return data ? <StatusBar counts={data} /> : <span />;
}

function Marks({ item: { settings, paused } }: { item: LibraryItem }) {
  const { t } = useTranslation("library");
  const isMac = settings.type === "managed_os" && settings.platform === "macos";
  return (
    <span className={classes.marks}>
      {paused && <Mark Icon={IconPlayerPause} label={t("pause.is_paused")} isWarning />}
      {isMac &&
        (settings.installation === "self_service" ? (
          <Mark Icon={IconDownload} label={t("installation.self_service")} />
        ) : (
          <Mark Icon={IconRepeat} label={t("installation.continuously_enforce")} />
        ))}
      {settings.type === "managed_os" && settings.bsi?.mode === "automatic" && (
        <Mark Icon={IconShieldCheck} label={t("bsi.automatic")} />
      )}
    </span>
  );
}

interface MarkProps {
  Icon: TablerIcon;
  label: string;
  isWarning?: boolean;
}

function Mark({ Icon, label, isWarning }: MarkProps) {
  return (
    <Tooltip label={label}>
      <span role="img" aria-label={label} data-warning={isWarning}>
        <Icon size={16} stroke={1.6} aria-hidden="true" />
      </span>
    </Tooltip>
  );
}
