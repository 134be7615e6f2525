// What saving would do, and the button that does it; always in sight.

import { Button, Group, Modal, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { numberFormat } from "../../parts/number";
import type { LivePreview } from "../../parts/preview/usePreview";
import classes from "./Item.module.css";

interface Props {
  live: LivePreview;
  label: string;
  isReady: boolean;
  isSaving: boolean;
  save: (digest: string) => void;
  discard?: () => void;
  takeSuggestion?: (enforcement: Schemas["VersionEnforcement"]) => void;
  waitsFor: string | null;
}

export function SaveBar(props: Props) {
  const { live, label, isReady, isSaving, save, discard, waitsFor } = props;
  const { t, i18n } = useTranslation(["preview", "common"]);
  const [isAsking, ask] = useState(false);
  const { preview, isCurrent } = live;
  const number = numberFormat(i18n.language);
  const isRefused = (preview?.problems.length ?? 0) > 0;
  const due = preview?.due_within_24_hours ?? 0;
  const submit = () => {
    if (due > 0) {
      ask(true);
    } else if (preview) {
      save(preview.digest);
    }
  };
  const says = waitsFor
    ? waitsFor
    : !isCurrent || !preview
      ? t("preview:computing")
      : isRefused
        ? t("preview:refused_short")
        : t("preview:short", {
            count: preview.devices_changed,
            changed: number.format(preview.devices_changed),
            due: number.format(due),
          });
  return (
    <div className={classes.bar}>
      <span className={classes.barText} role="status">
        {says}
      </span>
      {discard && (
        <Button variant="default" onClick={discard}>
          {t("preview:discard")}
        </Button>
      )}
      <Button
        onClick={submit}
        loading={isSaving}
        disabled={!isReady || !isCurrent || isRefused || waitsFor !== null}
      >
        {label}
      </Button>
      <Modal opened={isAsking} onClose={() => ask(false)} title={t("preview:sure_title")}>
        <Text mb="lg">{t("preview:sure", { count: due, due: number.format(due) })}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => ask(false)}>
            {t("common:cancel")}
          </Button>
          {preview?.suggestion && props.takeSuggestion && (
            <Button
              variant="default"
              onClick={() => {
                ask(false);
                if (preview.suggestion) {
                  props.takeSuggestion?.(preview.suggestion.enforcement);
                }
              }}
            >
              {t("preview:give_days", { count: preview.suggestion.days })}
            </Button>
          )}
          <Button
            color="red"
            onClick={() => {
              ask(false);
              if (preview) {
                save(preview.digest);
              }
            }}
          >
            {label}
          </Button>
        </Group>
      </Modal>
    </div>
  );
}
