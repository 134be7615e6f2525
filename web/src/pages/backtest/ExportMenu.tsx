// The numbers behind the plots, as files for spreadsheets.

import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { csv, downloadCsv } from "../../parts/csv";
import type { Replayed } from "./words";

const hundredth = (value: number) => (value / 100).toFixed(2);

export function ExportMenu({ all }: { all: Replayed[] }) {
  const { t } = useTranslation(["backtest", "common"]);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} />}>
          {t("common:export.do")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => downloadCsv("backtest-policies.csv", policiesFile(all))}>
          {t("export.policies")}
        </Menu.Item>
        <Menu.Item onClick={() => downloadCsv("backtest-releases.csv", releasesFile(all))}>
          {t("export.releases")}
        </Menu.Item>
        <Menu.Item onClick={() => downloadCsv("backtest-current.csv", currentFile(all))}>
          {t("export.current")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function policiesFile(all: Replayed[]): string {
  const header = [
    ...["policy", "devices", "forced_restarts_a_year"],
    ...["mean_exposed_days", "worst_exposed_days"],
  ];
  const rows = all.map(({ name, report }) => [
    name,
    String(report.devices),
    hundredth(report.restarts_a_year_percent),
    hundredth(report.exposed_days_percent),
    String(report.worst_exposed_days),
  ]);
  return csv(header, rows);
}

/** The same columns as `macadam backtest --csv` prints. */
export function releasesFile(all: Replayed[]): string {
  const header = [
    ...["policy", "platform", "version", "released_on", "devices"],
    ...["mean_exposed_days", "worst_exposed_days", "still_exposed"],
  ];
  const rows = all.flatMap(({ name, report }) =>
    report.releases.map((release) => [
      name,
      release.platform,
      release.version,
      release.released_on,
      String(release.devices),
      hundredth(release.exposed_days_percent),
      String(release.worst_exposed_days),
      String(release.still_exposed),
    ]),
  );
  return csv(header, rows);
}

function currentFile(all: Replayed[]): string {
  const rows = all.flatMap(({ name, report }) =>
    report.current.map(({ day, devices, current }) => [
      name,
      day,
      String(devices),
      String(current),
    ]),
  );
  return csv(["policy", "day", "devices", "current"], rows);
}
