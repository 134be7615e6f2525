// The blueprints that assign an item, to be chosen.

import { MultiSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { inert } from "../../parts/inert";
import { Section } from "./form/Section";
import classes from "./Item.module.css";
import { blueprintsQuery } from "./queries";

interface Props {
  chosen: string[];
  choose: (blueprints: string[]) => void;
  about: string;
  isReadOnly?: boolean;
}

export function Reach({ chosen, choose, about, isReadOnly = false }: Props) {
  const { t } = useTranslation("library");
  const { data } = useQuery(blueprintsQuery);
  const all = data?.items ?? [];
  return (
    <Section title={t("assignment.title")} about={about}>
      <MultiSelect
        aria-label={t("assignment.title")}
        placeholder={chosen.length === 0 ? t("assignment.choose") : ""}
        data={all.map(({ id, name, device_count }) => ({
          value: id,
          label: t("assignment.option", { name: inert(name), count: device_count }),
        }))}
        value={chosen}
        onChange={choose}
        readOnly={isReadOnly}
        searchable
        clearable={!isReadOnly}
        size="sm"
        classNames={{ inputField: classes.search ?? "" }}
      />
    </Section>
  );
}
