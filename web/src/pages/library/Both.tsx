// Somebody else saved the item while it was edited here: what each changed, and the way out.

import { Alert, Button, Group, SegmentedControl } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Draft, settingsOf } from "./draft";
import classes from "./Item.module.css";
import type { Fields, Merged } from "./merge";
import { fieldName, fieldSays } from "./says";

type Props = Omit<Merged<Draft>, "theirs" | "mine"> & {
  theirs: Draft;
  mine: Draft;
  /** Goes on with this draft on top of theirs. */
  take: (draft: Draft) => void;
};

export function Both({ merged, conflicts, theirs, mine, take }: Props) {
  const { t, i18n } = useTranslation(["library", "common"]);
  const [isMine, choose] = useState<Record<string, boolean>>({});
  const says = (draft: Draft, field: string) =>
    fieldSays(t, field, (settingsOf(draft) as Fields)[field], i18n.language);
  const goOn = () => {
    const next: Fields = { ...merged };
    for (const field of conflicts) {
      next[field] = ((isMine[field] ? mine : theirs) as unknown as Fields)[field];
    }
    take(next as unknown as Draft);
  };
  return (
    <Alert
      color="yellow"
      role="alert"
      icon={<IconUsers size={18} />}
      title={t("both.title")}
      className={classes.notice}
    >
      <p>{conflicts.length === 0 ? t("both.easy") : t("both.hard")}</p>
      {conflicts.length > 0 && (
        <table className={classes.both}>
          <thead>
            <tr>
              <th>{t("both.field")}</th>
              <th>{t("both.theirs")}</th>
              <th>{t("both.mine")}</th>
              <th>{t("both.keep")}</th>
            </tr>
          </thead>
          <tbody>
            {conflicts.map((field) => (
              <tr key={field}>
                <td>{fieldName(t, field)}</td>
                <td>{says(theirs, field)}</td>
                <td>{says(mine, field)}</td>
                <td>
                  <SegmentedControl
                    size="xs"
                    aria-label={t("both.keep_of", { field: fieldName(t, field) })}
                    data={[
                      { value: "theirs", label: t("both.theirs") },
                      { value: "mine", label: t("both.mine") },
                    ]}
                    value={isMine[field] ? "mine" : "theirs"}
                    onChange={(value) => choose({ ...isMine, [field]: value === "mine" })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Group gap="xs" mt="sm">
        <Button size="xs" onClick={goOn}>
          {t("both.go_on")}
        </Button>
        <Button size="xs" variant="default" onClick={() => take(theirs)}>
          {t("both.take_theirs")}
        </Button>
      </Group>
    </Alert>
  );
}
