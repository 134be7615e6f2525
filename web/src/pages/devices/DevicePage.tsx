// One device: how it stands and why.

import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { BackLink } from "../../parts/BackLink";
import { inert } from "../../parts/inert";
import { FailedMessage } from "../../parts/Message";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { PlatformIcon, PlatformVersion } from "../../parts/Platform";
import { usePermission } from "../../parts/permission";
import { Sideways } from "../../parts/Sideways";
import { OverdueBadge, StatusBadge } from "../../parts/Status";
import { Theirs } from "../../parts/Theirs";
import { ItemActivity } from "../library/ItemActivity";
import { BlueprintLink } from "./BlueprintLink";
import classes from "./Device.module.css";
import { DeviceActions } from "./DeviceActions";
import { DeviceCommands } from "./DeviceCommands";
import { DeviceDetails } from "./DeviceDetails";
import { DeviceNotes } from "./DeviceNotes";
import { ManagedOs } from "./ManagedOs";
import { deviceQuery } from "./queries";
import { type DeviceTab, deviceTabs } from "./search";

export function DevicePage() {
  const { t } = useTranslation(["devices", "common"]);
  const { id } = useParams({ from: "/inside/devices/$id" });
  const { tab = "os" } = useSearch({ from: "/inside/devices/$id" });
  const navigate = useNavigate({ from: "/devices/$id" });
  const mayReadAudit = usePermission("read_audit");
  const { data: device, error, refetch } = useQuery(deviceQuery(id));
  if (error && !device) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!device) {
    return <PageLoading />;
  }
  const shown = deviceTabs.filter((one) => one !== "activity" || mayReadAudit);
  const name = inert(device.name || device.serial_number);
  return (
    <>
      <PageHeader
        title={name}
        above={<BackLink to="/devices">{t("title")}</BackLink>}
        beside={<DeviceActions device={device} />}
      >
        <p className={classes.facts}>
          <StatusBadge status={device.decision.status} />
          {device.decision.is_overdue && <OverdueBadge />}
          <span className={classes.fact}>
            <PlatformIcon platform={device.platform} model={device.model} size={16} />
            <Theirs text={device.model} />
          </span>
          <PlatformVersion platform={device.platform} version={device.os_version} />
          <Theirs text={device.serial_number} className={classes.code} />
          {device.blueprint && <BlueprintLink {...device.blueprint} />}
        </p>
      </PageHeader>
      <Tabs
        value={tab}
        onChange={(value) => void navigate({ search: { tab: value as DeviceTab }, replace: true })}
        keepMounted={false}
        className={classes.tabs}
      >
        <Sideways chosen={tab}>
          <Tabs.List className={classes.tabList}>
            {shown.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {t(`tab.${name}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Sideways>
        <Tabs.Panel value="os">
          <ManagedOs device={device} />
        </Tabs.Panel>
        <Tabs.Panel value="details">
          <DeviceDetails device={device} />
        </Tabs.Panel>
        <Tabs.Panel value="commands">
          <DeviceCommands id={id} />
        </Tabs.Panel>
        <Tabs.Panel value="activity">
          <ItemActivity
            object={`devices/${id}`}
            none={t("activity.none")}
            noneText={t("activity.none_text")}
          />
        </Tabs.Panel>
        <Tabs.Panel value="notes">
          <DeviceNotes id={id} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
