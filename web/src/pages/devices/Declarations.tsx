// The declarations of a device, exactly as they are sent.

import { CopyButton, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Badge } from "../../parts/Badge";
import { inert } from "../../parts/inert";
import { Theirs } from "../../parts/Theirs";
import classes from "./Device.module.css";

const tones = { invalid: "bad", active: "good", valid: "quiet", unknown: "quiet" } as const;

export function Declarations({ all }: { all: Schemas["DeviceDeclaration"][] }) {
  const { t } = useTranslation("devices");
  if (all.length === 0) {
    return <p>{t("os.no_declarations")}</p>;
  }
  return (
    <div>
      {all.map((declaration) => (
        <Declaration key={declaration.identifier} declaration={declaration} />
      ))}
    </div>
  );
}

function Declaration({ declaration }: { declaration: Schemas["DeviceDeclaration"] }) {
  const { t } = useTranslation(["devices", "common"]);
  const { valid, active, type, identifier, reasons } = declaration;
  const text = JSON.stringify(declaration.document, null, 2);
  const state = valid === false ? "invalid" : active ? "active" : valid ? "valid" : "unknown";
  const tone = tones[state];
  return (
    <details className={classes.declaration}>
      <summary>
        <span>
          <span className={classes.declarationType}>{type}</span>
          <br />
          <span className={classes.code}>{identifier}</span>
        </span>
        <Badge tone={tone}>{t(`os.declaration.${state}`)}</Badge>
      </summary>
      {reasons.map((reason) => (
        <p key={reason} className={classes.words}>
          {t("os.device_says")} <q>{<Theirs text={reason} />}</q>
        </p>
      ))}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <pre className={classes.json} tabIndex={0}>
        {text
          .split("\n")
          .map((line) => inert(line))
          .join("\n")}
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <UnstyledButton onClick={copy} className={classes.when}>
            {copied ? t("common:copied") : t("common:copy")}
          </UnstyledButton>
        )}
      </CopyButton>
    </details>
  );
}
