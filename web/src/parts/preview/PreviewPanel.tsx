// What a change would do: whom it concerns, from what to what, by when on their own clocks; those
// due within a day first.

import { Alert, Button, Skeleton } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { FailedMessage } from "../Message";
import { numberFormat } from "../number";
import { Moment } from "../Time";
import classes from "./Preview.module.css";
import { PreviewDevices } from "./PreviewDevices";
import { PreviewGroups } from "./PreviewGroups";
import type { LivePreview } from "./usePreview";
import { WarningText } from "./WarningText";

interface Props {
  live: LivePreview;
  /** What has to be filled in before there is anything to preview. */
  waitsFor?: string | null;
  /** Problems that no field of the form shows. */
  problems?: string[];
  /** Whether warnings stand here; a form may show them where they belong. */
  hasWarnings?: boolean;
  takeSuggestion?: (enforcement: Schemas["VersionEnforcement"]) => void;
}

export function PreviewPanel(props: Props) {
  const { live, waitsFor, problems = [], hasWarnings = true, takeSuggestion } = props;
  const { t } = useTranslation("preview");
  const id = useId();
  const { preview, isCurrent, error } = live;
  return (
    <section aria-labelledby={id} className={classes.panel} data-behind={!isCurrent || undefined}>
      <div className={classes.head}>
        <h2 id={id} className={classes.title}>
          {t("title")}
        </h2>
        {!isCurrent && !waitsFor && !error && (
          <span className={classes.behind}>{t("computing")}</span>
        )}
      </div>
      {waitsFor ? (
        <p className={classes.note}>{waitsFor}</p>
      ) : error && !preview ? (
        <FailedMessage error={error} retry={live.again} />
      ) : preview ? (
        <Found
          preview={preview}
          problems={problems}
          warnings={hasWarnings ? preview.warnings : []}
          {...(takeSuggestion && { takeSuggestion })}
        />
      ) : (
        <Skeletons />
      )}
    </section>
  );
}

interface FoundProps {
  preview: Schemas["Preview"];
  problems: string[];
  warnings: Schemas["Warning"][];
  takeSuggestion?: (enforcement: Schemas["VersionEnforcement"]) => void;
}

function Found({ preview, problems, warnings, takeSuggestion }: FoundProps) {
  const { t } = useTranslation("preview");
  if (preview.problems.length > 0) {
    return (
      <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} role="alert">
        <b>{t("refused")}</b>
        {problems.map((problem) => (
          <div key={problem}>{problem}</div>
        ))}
      </Alert>
    );
  }
  return (
    <>
      <Headline preview={preview} />
      <DueSoon preview={preview} {...(takeSuggestion && { takeSuggestion })} />
      {warnings.map((warning) => (
        <p key={warning.code} className={classes.warning}>
          <IconAlertTriangle size={15} aria-hidden="true" />
          <WarningText warning={warning} />
        </p>
      ))}
      {preview.devices_changed > 0 && <Lists preview={preview} />}
      <p className={classes.digest}>
        <Moment at={preview.previewed_at} /> · {t("digest")}{" "}
        <code>{preview.digest.slice(0, 8)}</code>
      </p>
    </>
  );
}

function Headline({ preview }: { preview: Schemas["Preview"] }) {
  const { t, i18n } = useTranslation("preview");
  const number = numberFormat(i18n.language);
  const { devices_changed: count, devices_total: total } = preview;
  return (
    <p className={classes.headline} aria-live="polite">
      {count === 0
        ? t("nothing", { count: total, total: number.format(total) })
        : t("changes", {
            count,
            changed: number.format(count),
            total: number.format(total),
          })}
    </p>
  );
}

function DueSoon({ preview, takeSuggestion }: Omit<FoundProps, "problems" | "warnings">) {
  const { t, i18n } = useTranslation("preview");
  const { due_within_24_hours: count, suggestion } = preview;
  if (count === 0) {
    return null;
  }
  return (
    <div className={classes.due}>
      <b>{t("due_soon", { count, due: numberFormat(i18n.language).format(count) })}</b>
      <span>{t("due_soon_text")}</span>
      {suggestion && takeSuggestion && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => takeSuggestion(suggestion.enforcement)}
        >
          {t("give_days", { count: suggestion.days })}
        </Button>
      )}
    </div>
  );
}

function Lists({ preview }: { preview: Schemas["Preview"] }) {
  const { t } = useTranslation("preview");
  const [isByDevice, byDevice] = useState(false);
  const choice = (label: string, isThis: boolean): ReactNode => (
    <button
      type="button"
      className={classes.view}
      aria-pressed={isByDevice === isThis}
      onClick={() => byDevice(isThis)}
    >
      {label}
    </button>
  );
  return (
    <>
      <fieldset className={classes.views} aria-label={t("view")}>
        {choice(t("by_group"), false)}
        {choice(t("by_device"), true)}
      </fieldset>
      {isByDevice ? (
        <PreviewDevices preview={preview} />
      ) : (
        <PreviewGroups groups={preview.groups} />
      )}
    </>
  );
}

function Skeletons() {
  const { t } = useTranslation("common");
  return (
    <div role="status">
      <span className="only-read-aloud">{t("loading")}</span>
      <Skeleton height={16} width="70%" mb="md" />
      <Skeleton height={44} mb="xs" />
      <Skeleton height={44} mb="xs" />
      <Skeleton height={44} />
    </div>
  );
}
