// How the app looks and speaks, in this browser.

import { Radio, Stack, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Card } from "../../parts/Card";
import { chooseLanguage, type Language, languages } from "../../texts";
import classes from "./Settings.module.css";

export function Appearance() {
  const { t, i18n } = useTranslation(["settings", "common"]);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className={classes.stack}>
      <Card title={t("appearance.theme")}>
        <Radio.Group
          aria-label={t("appearance.theme")}
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}
        >
          <Stack gap="xs">
            {(["auto", "light", "dark"] as const).map((scheme) => (
              <Radio key={scheme} value={scheme} label={t(`common:theme.${scheme}`)} />
            ))}
          </Stack>
        </Radio.Group>
      </Card>
      <Card title={t("appearance.language")}>
        <Radio.Group
          aria-label={t("appearance.language")}
          value={i18n.language}
          onChange={(language) => void chooseLanguage(language as Language)}
        >
          <Stack gap="xs">
            {(Object.keys(languages) as Language[]).map((language) => (
              <Radio key={language} value={language} label={languages[language]} lang={language} />
            ))}
          </Stack>
        </Radio.Group>
      </Card>
    </div>
  );
}
