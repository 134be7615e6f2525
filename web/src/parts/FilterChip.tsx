// A filter that is in force, in words, with the button that takes it away.

import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./FilterChip.module.css";

export function FilterChip({ says, remove }: { says: string; remove: () => void }) {
  const { t } = useTranslation("common");
  return (
    <span className={classes.chip}>
      {says}
      <ActionIcon
        size="xs"
        color="accent"
        onClick={remove}
        aria-label={t("filters.remove", { name: says })}
      >
        <IconX size={12} />
      </ActionIcon>
    </span>
  );
}
