// What is compared: policies, for which devices, over which years.

import { ActionIcon, Button, NumberInput, Select, Switch } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { inert } from "../../parts/inert";
import { type PlatformName, platforms } from "../../parts/Platform";
import { daysOf, presets } from "../library/draft";
import type { LibraryItem } from "../library/queries";
import classes from "./Backtest.module.css";
import { FleetChoice } from "./FleetChoice";
import { Letter } from "./PlotCard";
import { FIRST_YEAR, MOST_POLICIES, type Policy, type Terms, type Wish } from "./search";
import { LETTERS, policyName } from "./words";

interface Props {
  wish: Wish;
  items: LibraryItem[];
  year: number;
  choose: (changes: Partial<Wish>) => void;
}

export function Choices({ wish, items, year, choose }: Props) {
  const { t } = useTranslation("backtest");
  const { policies } = wish;
  const put = (index: number, policy: Policy) =>
    choose({ policies: policies.map((one, place) => (place === index ? policy : one)) });
  return (
    <div className={classes.choices}>
      <fieldset className={classes.group}>
        <legend className={classes.legendText}>{t("policies")}</legend>
        {policies.map((policy, index) => (
          <PolicyRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a policy is known by its letter
            key={index}
            policy={policy}
            index={index}
            items={items}
            change={(next) => put(index, next)}
            {...(policies.length > 1 && {
              remove: () => choose({ policies: policies.filter((_, place) => place !== index) }),
            })}
          />
        ))}
        {policies.length < MOST_POLICIES && (
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            onClick={() => choose({ policies: [...policies, another(policies)] })}
          >
            {t("add_policy")}
          </Button>
        )}
      </fieldset>
      <div className={classes.group}>
        <FleetChoice fleet={wish.fleet} change={(fleet) => choose({ fleet })} />
        <Years wish={wish} year={year} choose={choose} />
      </div>
    </div>
  );
}

/** A period that is not compared yet. */
function another(policies: Policy[]): Terms {
  const used = policies.map((policy) => policy.kind === "terms" && policy.within);
  const within = ["2w", ...presets].find((one) => !used.includes(one)) ?? "2w";
  return { kind: "terms", within, upgrades: true };
}

interface RowProps {
  policy: Policy;
  index: number;
  items: LibraryItem[];
  change: (policy: Policy) => void;
  remove?: () => void;
}

function PolicyRow({ policy, index, items, change, remove }: RowProps) {
  const { t } = useTranslation(["backtest", "library", "common"]);
  const letter = LETTERS[index] ?? "";
  const kind = policy.kind === "item" ? policy.id : "terms";
  const known = items.map(({ id, settings }) => ({
    value: id,
    label: inert(settings.label ?? ""),
  }));
  const isGone = policy.kind === "item" && !known.some(({ value }) => value === policy.id);
  const library = isGone ? [...known, { value: policy.id, label: t("item_gone") }] : known;
  return (
    <div className={classes.policy}>
      <Letter index={index} letter={letter} />
      <div className={classes.fields}>
        <Select
          aria-label={t("policy_of", { letter })}
          data={[
            { group: t("own_terms"), items: [{ value: "terms", label: t("any_within") }] },
            ...(library.length > 0 ? [{ group: t("library_items"), items: library }] : []),
          ]}
          value={kind}
          onChange={(value) =>
            change(
              value && value !== "terms"
                ? { kind: "item", id: value }
                : { kind: "terms", within: "2w", upgrades: true },
            )
          }
          className={classes.wide}
        />
        {policy.kind === "terms" && <TermsFields terms={policy} letter={letter} change={change} />}
      </div>
      {remove && (
        <ActionIcon
          onClick={remove}
          aria-label={t("remove_policy", { name: policyName(t, policy, items) })}
        >
          <IconX size={16} />
        </ActionIcon>
      )}
    </div>
  );
}

interface TermsProps {
  terms: Terms;
  letter: string;
  change: (policy: Policy) => void;
}

function TermsFields({ terms, letter, change }: TermsProps) {
  const { t } = useTranslation(["backtest", "library", "common"]);
  const preset = presets.find((one) => one === terms.within);
  const days = (count: number | string) => {
    const whole = Number(count);
    if (Number.isInteger(whole) && whole >= 1 && whole <= 120) {
      change({ ...terms, within: `${whole}d` });
    }
  };
  return (
    <>
      <Select
        aria-label={t("within_of", { letter })}
        data={[
          ...presets.map((one) => ({ value: one, label: t(`library:period.${one}`) })),
          { value: "days", label: t("other_days") },
        ]}
        value={preset ?? "days"}
        onChange={(value) => change({ ...terms, within: value === "days" ? "10d" : (value ?? "") })}
        w={130}
      />
      {!preset && (
        <NumberInput
          aria-label={t("days_of", { letter })}
          min={1}
          max={120}
          allowDecimal={false}
          value={daysOf(terms.within) ?? ""}
          onChange={days}
          w={80}
        />
      )}
      <Select
        aria-label={t("platform_of", { letter })}
        data={[
          { value: "", label: t("every_platform") },
          ...platforms.map((one) => ({ value: one, label: t(`common:platform.${one}`) })),
        ]}
        value={terms.platform ?? ""}
        onChange={(value) => {
          const { platform: _, ...rest } = terms;
          change(value ? { ...rest, platform: value as PlatformName } : rest);
        }}
        w={150}
      />
      <Switch
        label={t("upgrades")}
        checked={terms.upgrades}
        onChange={(event) => change({ ...terms, upgrades: event.currentTarget.checked })}
      />
    </>
  );
}

function Years({ wish, year, choose }: Omit<Props, "items">) {
  const { t } = useTranslation("backtest");
  const years = Array.from({ length: year - FIRST_YEAR + 1 }, (_, index) => FIRST_YEAR + index);
  const options = (from: number, until: number) =>
    years.filter((one) => one >= from && one <= until).map(String);
  return (
    <fieldset className={classes.years}>
      <legend className={classes.legendText}>{t("years")}</legend>
      <Select
        label={t("from")}
        data={options(FIRST_YEAR, wish.until)}
        value={String(wish.from)}
        onChange={(value) => choose({ from: Number(value) })}
        w={110}
      />
      <Select
        label={t("until")}
        data={options(wish.from, year)}
        value={String(wish.until)}
        onChange={(value) => choose({ until: Number(value) })}
        w={110}
      />
    </fieldset>
  );
}
