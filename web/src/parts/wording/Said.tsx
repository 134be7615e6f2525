// A sentence of the server, shown in its reader's language.

import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { sentence } from "../sentence";
import { Theirs } from "../Theirs";
import { said } from "./said";

type Wording = Schemas["Wording"];

export function useSaid(wording: Wording | null | undefined, fallback: string): string {
  const { t, i18n } = useTranslation("wording");
  return wording ? said(t, { wording, fallback, language: i18n.language }) : sentence(fallback);
}

interface Props {
  wording: Wording | null | undefined;
  /** The server's own words. */
  fallback: string;
  className?: string | undefined;
}

export function Said({ wording, fallback, className }: Props) {
  return <Theirs text={useSaid(wording, fallback)} className={className} />;
}
