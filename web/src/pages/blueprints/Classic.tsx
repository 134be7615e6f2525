// A blueprint that gives the same items to all its devices.

import { Checkbox, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { inert } from "../../parts/inert";
import { osName } from "../../parts/osName";
import type { LibraryItem } from "../library/queries";
import classes from "./Blueprints.module.css";

interface Props {
  chosen: string[];
  onChange: (items: string[]) => void;
  items: LibraryItem[];
  isReadOnly: boolean;
}

export function Classic({ chosen, onChange, items, isReadOnly }: Props) {
  const { t } = useTranslation(["blueprints", "library"]);
  if (items.length === 0) {
    return (
      <p className={classes.about}>
        {t("blueprints:library_empty")} <Link to="/library">{t("library:title")}</Link>
      </p>
    );
  }
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <Stack gap={10}>
      {items.map(({ id, settings }) => (
        <Checkbox
          key={id}
          label={inert(settings.label ?? "")}
          description={
            settings.type === "managed_os"
              ? osName(settings.platform, settings.major)
              : t("library:type.software_update_settings")
          }
          checked={chosen.includes(id)}
          disabled={isReadOnly}
          onChange={() => toggle(id)}
        />
      ))}
    </Stack>
  );
}
