// The texts that every row of a list needs, asked for once and not by each of its cells: that
// takes longer than drawing them.

import type { TFunction } from "i18next";
import { createContext, type ReactNode, use, useMemo } from "react";
import { useTranslation } from "react-i18next";

interface Common {
  t: TFunction<"common">;
  language: string;
}

const Texts = createContext<Common | null>(null);

export function CommonTexts({ children }: { children: ReactNode }) {
  const { t, i18n } = useTranslation("common");
  const { language } = i18n;
  const texts = useMemo(() => ({ t, language }), [t, language]);
  return <Texts value={texts}>{children}</Texts>;
}

export function useCommon(): Common {
  const texts = use(Texts);
  if (!texts) {
    throw new Error("the texts are around every page");
  }
  return texts;
}
