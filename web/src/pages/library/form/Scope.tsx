// What the item is called, and what only some devices need: the older ones' time zone, a page with
// details, exact builds.

import { Autocomplete, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { PlatformName } from "../../../parts/Platform";
import type { ManagedOsDraft } from "../draft";
import { oldDevicesQuery } from "../queries";
import type { FormProps } from "./props";
import { Section } from "./Section";

/** Below these, the server tells devices when, and needs to know where the wall clock is. */
const DECLARATIVE: Record<PlatformName, string | null> = {
  macos: "14",
  ios: "17",
  ipados: "17",
  tvos: "18.4",
  visionos: null,
};

export function Name({
  label,
  onChange,
  error,
}: {
  label: string;
  onChange: (label: string) => void;
  error?: string | undefined;
}) {
  const { t } = useTranslation("library");
  return (
    <Section title={t("label.title")} about={t("label.about")}>
      <TextInput
        aria-label={t("label.title")}
        value={label}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
        maxLength={100}
        maw="26rem"
      />
    </Section>
  );
}

/** Whether devices below the item's own mechanism can come into its reach at all. */
function takesOldDevices({ platform, major, installation }: ManagedOsDraft): string | null {
  const first = DECLARATIVE[platform];
  const upgrades = platform !== "macos" || installation === "continuously_enforce";
  return first !== null && (upgrades || major < Number(first)) ? first : null;
}

export function Details(props: FormProps) {
  const { t } = useTranslation("library");
  const { draft, change, problem } = props;
  const first = takesOldDevices(draft);
  return (
    <Section title={t("details.title")}>
      {first === null ? null : <LegacyZone {...props} first={first} />}
      <TextInput
        type="url"
        label={t("details.url")}
        description={t("details.url_help")}
        placeholder="https://"
        value={draft.details_url ?? ""}
        onChange={(event) => change({ details_url: event.currentTarget.value.trim() || null })}
        error={problem("details_url")}
        maw="26rem"
        mb="md"
      />
      <Switch
        label={t("details.pin")}
        description={t("details.pin_help")}
        checked={draft.pin_build}
        onChange={(event) => change({ pin_build: event.currentTarget.checked })}
      />
    </Section>
  );
}

const ZONES = Intl.supportedValuesOf("timeZone");

function LegacyZone({ draft, change, problem, first }: FormProps & { first: string }) {
  const { t } = useTranslation(["library", "common"]);
  const { platform } = draft;
  const { data: count } = useQuery(oldDevicesQuery(platform, first));
  const os = t(`common:platform.${platform}`);
  const words = { os, first, count: count ?? 0 };
  if (count === undefined || (count === 0 && !draft.legacy_time_zone)) {
    return null;
  }
  return (
    <div>
      <Autocomplete
        label={t("details.zone")}
        description={t("details.zone_help", words)}
        placeholder="Europe/Berlin"
        data={ZONES}
        limit={60}
        value={draft.legacy_time_zone ?? ""}
        onChange={(zone) => change({ legacy_time_zone: zone.trim() || null })}
        error={problem("legacy_time_zone")}
        maw="26rem"
        size="sm"
        mb={4}
      />
      <p style={{ marginTop: 0 }}>
        <Link to="/devices" search={{ platform, os_version_below: first }}>
          {t("details.zone_devices", words)}
        </Link>
      </p>
    </div>
  );
}
