// For which devices: those that are enrolled, or a sample of any that Apple makes.

import {
  ActionIcon,
  Autocomplete,
  Button,
  NumberInput,
  SegmentedControl,
  Select,
} from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type PlatformName, platforms } from "../../parts/Platform";
import classes from "./Backtest.module.css";
import { hardwareQuery } from "./queries";
import { type Fleet, isUpdateId, MOST_DEVICES, MOST_SAMPLES, type Sample } from "./search";

/** Macs, iPads and iPhones of some years ago, so that most of the history is theirs. */
const USUAL: Sample[] = [
  { platform: "macos", update_id: "J274AP", devices: 200 },
  { platform: "ipados", update_id: "iPad11,6", devices: 60 },
  { platform: "ios", update_id: "iPhone12,8", devices: 40 },
];

interface Props {
  fleet: Fleet;
  change: (fleet: Fleet) => void;
}

export function FleetChoice({ fleet, change }: Props) {
  const { t } = useTranslation(["backtest", "common"]);
  const pick = (kind: string) =>
    change(kind === "own" ? { kind: "own" } : { kind: "sample", devices: USUAL });
  return (
    <fieldset className={classes.fleet}>
      <legend className={classes.legendText}>{t("fleet")}</legend>
      <div className={classes.fields}>
        <SegmentedControl
          aria-label={t("fleet")}
          value={fleet.kind}
          onChange={pick}
          data={[
            { value: "own", label: t("own") },
            { value: "sample", label: t("sample") },
          ]}
        />
        {fleet.kind === "own" && (
          <Select
            aria-label={t("own_platform")}
            data={[
              { value: "", label: t("every_platform") },
              ...platforms.map((one) => ({ value: one, label: t(`common:platform.${one}`) })),
            ]}
            value={fleet.platform ?? ""}
            onChange={(value) =>
              change(value ? { kind: "own", platform: value as PlatformName } : { kind: "own" })
            }
            w={150}
          />
        )}
      </div>
      {fleet.kind === "sample" && (
        <Samples
          devices={fleet.devices}
          change={(devices) => change({ kind: "sample", devices })}
        />
      )}
    </fieldset>
  );
}

interface SamplesProps {
  devices: Sample[];
  change: (devices: Sample[]) => void;
}

function Samples({ devices, change }: SamplesProps) {
  const { t } = useTranslation("backtest");
  const put = (index: number, changes: Partial<Sample>) =>
    change(devices.map((one, place) => (place === index ? { ...one, ...changes } : one)));
  return (
    <>
      {devices.map((sample, index) => (
        <SampleRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a kind of devices is known by its place
          key={index}
          sample={sample}
          change={(changes) => put(index, changes)}
          {...(devices.length > 1 && {
            remove: () => change(devices.filter((_, place) => place !== index)),
          })}
        />
      ))}
      {devices.length < MOST_SAMPLES && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          onClick={() =>
            change([...devices, { platform: "macos", update_id: "J413AP", devices: 10 }])
          }
        >
          {t("add_sample")}
        </Button>
      )}
    </>
  );
}

interface SampleProps {
  sample: Sample;
  change: (changes: Partial<Sample>) => void;
  remove?: () => void;
}

function SampleRow({ sample, change, remove }: SampleProps) {
  const { t } = useTranslation(["backtest", "common"]);
  const { data: hardware = [] } = useQuery(hardwareQuery(sample.platform));
  const [id, setId] = useState(sample.update_id);
  useEffect(() => setId(sample.update_id), [sample.update_id]);
  const type = (text: string) => {
    setId(text);
    if (hardware.includes(text)) {
      change({ update_id: text });
    }
  };
  const isBad = !isUpdateId(id.trim());
  const settle = () => (isBad ? undefined : change({ update_id: id.trim() }));
  return (
    <div className={classes.sample}>
      <Select
        aria-label={t("sample_platform")}
        data={platforms.map((one) => ({ value: one, label: t(`common:platform.${one}`) }))}
        value={sample.platform}
        onChange={(value) => change({ platform: value as PlatformName })}
        w={120}
      />
      <Autocomplete
        aria-label={t("sample_model")}
        size="sm"
        data={hardware}
        limit={50}
        value={id}
        onChange={type}
        onBlur={settle}
        error={isBad && t("sample_model_wrong")}
        className={classes.wide}
      />
      <NumberInput
        aria-label={t("sample_devices")}
        min={1}
        max={MOST_DEVICES}
        allowDecimal={false}
        value={sample.devices}
        onChange={(count) => {
          const devices = Number(count);
          if (Number.isInteger(devices) && devices >= 1 && devices <= MOST_DEVICES) {
            change({ devices });
          }
        }}
        w={96}
      />
      {remove && (
        <ActionIcon onClick={remove} aria-label={t("remove_sample", { name: sample.update_id })}>
          <IconX size={16} />
        </ActionIcon>
      )}
    </div>
  );
}
