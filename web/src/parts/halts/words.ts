// What is stopped, and why, in words.

import { useTranslation } from "react-i18next";
import { inert } from "../inert";
import { numberFormat } from "../number";
import type { Halt } from "./queries";

export function useHaltWords(halt: Halt): { title: string; why: string } {
  const { t, i18n } = useTranslation("halts");
  const number = numberFormat(i18n.language);
  const { version, devices, failed, silent } = halt;
  const ring = halt.ring ? t("ring", { name: inert(halt.ring) }) : t("no_ring");
  const troubles = [
    failed > 0 && t("failed", { count: failed, number: number.format(failed) }),
    silent > 0 && t("silent", { count: silent, number: number.format(silent) }),
  ].filter((text) => text !== false);
  const list = new Intl.ListFormat(i18n.language).format(troubles);
  return {
    title: t("title", { version: inert(version), ring }),
    why: t("why", { count: devices, number: number.format(devices), troubles: list }),
  };
}
