// Whether the device will reach its target by itself; each thing in its way, and what helps.

import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Card } from "../../parts/Card";
import { Said } from "../../parts/wording/Said";
import classes from "./Device.module.css";
import own from "./Readiness.module.css";
import { blockers } from "./search";

export function Readiness({ device }: { device: Schemas["DeviceRecord"] }) {
  const { t } = useTranslation("devices");
  const inTheWay = device.readiness.blockers;
  if (inTheWay.length === 0) {
    // Without a target there is nothing to be ready for.
    return device.decision.target_version ? (
      <Card title={t("readiness.title")}>{t("readiness.ready")}</Card>
    ) : null;
  }
  return (
    <Card title={t("readiness.title")}>
      <ul className={own.blockers}>
        {inTheWay.map((blocker) => (
          <li key={blocker.code} className={own.blocker}>
            <IconAlertTriangle size={16} aria-hidden="true" />
            <BlockerText blocker={blocker} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function BlockerText({ blocker }: { blocker: Schemas["Blocker"] }) {
  const { t } = useTranslation("devices");
  // A newer server may know others, whose sentence says enough.
  const name = blockers.find((one) => one === blocker.code);
  return (
    <div>
      {name && <div className={own.name}>{t(`readiness.blocker.${name}`)}</div>}
      <Said
        wording={{ code: `blocker.${blocker.code}`, values: blocker.values }}
        fallback={blocker.sentence}
        className={classes.sentence}
      />
      <div className={classes.item}>
        {t("readiness.helps")}{" "}
        <Said
          wording={{ code: `remedy.${blocker.code}`, values: blocker.values }}
          fallback={blocker.remedy}
        />
      </div>
    </div>
  );
}
