// Every text the app shows, by language and noun.

import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";

export const languages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof languages;

const KEPT = "macadam.language";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: typeof en;
  }
}

function isLanguage(text: string | null): text is Language {
  return text !== null && text in languages;
}

/** The language that was chosen, or the first of the browser's that there is. */
function preferred(): Language {
  const chosen = localStorage.getItem(KEPT);
  if (isLanguage(chosen)) {
    return chosen;
  }
  const offered = navigator.languages.map((language) => language.slice(0, 2));
  return offered.find(isLanguage) ?? "en";
}

/** English comes with the app; any other language is a file of its own. */
async function load(language: Language): Promise<void> {
  if (language === "de" && !i18next.hasResourceBundle("de", "common")) {
    const { de } = await import("./de");
    for (const [noun, texts] of Object.entries(de)) {
      i18next.addResourceBundle("de", noun, texts);
    }
  }
}

export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en },
    lng: "en",
    fallbackLng: "en",
    ns: Object.keys(en),
    defaultNS: "common",
    interpolation: { escapeValue: false },
  });
  await show(preferred());
}

async function show(language: Language): Promise<void> {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await show(language);
}
