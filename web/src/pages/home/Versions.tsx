// How the versions of a platform spread, day by day.

import { SegmentedControl } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Card } from "../../parts/Card";
import { inert } from "../../parts/inert";
import { FailedMessage } from "../../parts/Message";
import { numberFormat } from "../../parts/number";
import { PageLoading } from "../../parts/PageLoading";
import type { PlatformName } from "../../parts/Platform";
import { ticks } from "../../parts/ticks";
import { day as dayText } from "../../parts/time";
import classes from "./Home.module.css";
import { type Layers, layersOf } from "./layers";
import { rememberMostUsed } from "./platform";
import { versionSharesQuery } from "./queries";

const NAMED = 7;

export function Versions({ platforms }: { platforms: Schemas["PlatformSummary"][] }) {
  const { t } = useTranslation(["home", "common"]);
  const most = [...platforms].sort((a, b) => b.devices - a.devices);
  const [chosen, choose] = useState<PlatformName | null>(null);
  const mostUsed = most[0]?.platform ?? "macos";
  useEffect(() => rememberMostUsed(mostUsed), [mostUsed]);
  const platform = chosen ?? mostUsed;
  const { data, error, refetch } = useQuery(versionSharesQuery(platform));
  const layers = useMemo(() => layersOf(data ?? [], NAMED), [data]);
  return (
    <div className={classes.wide}>
      <Card
        title={t("home:versions.title", { platform: t(`common:platform.${platform}`) })}
        beside={
          <SegmentedControl
            size="xs"
            aria-label={t("home:versions.platform")}
            data={most.map((one) => ({
              value: one.platform,
              label: t(`common:platform.${one.platform}`),
            }))}
            value={platform}
            onChange={(value) => choose(value as PlatformName)}
          />
        }
      >
        {error && !data ? (
          <FailedMessage error={error} retry={() => void refetch()} />
        ) : !data ? (
          <PageLoading />
        ) : layers.days.length === 0 ? (
          <p className={classes.quiet}>{t("home:versions.none")}</p>
        ) : (
          <div className={classes.versions}>
            <Plot layers={layers} platform={platform} />
            <Legend layers={layers} platform={platform} />
          </div>
        )}
      </Card>
    </div>
  );
}

const HEIGHT = 220;
const LEFT = 40;
const BOTTOM = 22;
const TOP = 20;

function Plot({ layers, platform }: { layers: Layers; platform: PlatformName }) {
  const { t, i18n } = useTranslation(["home", "common"]);
  const { ref, width } = useElementSize<HTMLDivElement>();
  const { days } = layers;
  const lines = ticks(layers.most);
  const top = lines.at(-1) ?? 1;
  const x = (index: number) =>
    LEFT + (days.length === 1 ? 0 : (index / (days.length - 1)) * (width - LEFT));
  const y = (devices: number) => TOP + (1 - devices / top) * (HEIGHT - TOP - BOTTOM);
  const style = { language: i18n.language };
  const [first = "", last = ""] = [days[0], days.at(-1)];
  return (
    <div ref={ref} className={classes.plot}>
      {width > 0 && (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={t("home:versions.plot", {
            platform: t(`common:platform.${platform}`),
            from: dayText(first, style),
            to: dayText(last, style),
          })}
        >
          <text x={0} y={10} className={classes.axis}>
            {t("home:versions.unit")}
          </text>
          {lines.map((line) => (
            <g key={line}>
              <line x1={LEFT} x2={width} y1={y(line)} y2={y(line)} className={classes.grid} />
              <text x={LEFT - 8} y={y(line) + 4} textAnchor="end" className={classes.axis}>
                {line}
              </text>
            </g>
          ))}
          <Areas layers={layers} x={x} y={y} width={width} />
          <text x={LEFT} y={HEIGHT - 4} className={classes.axis}>
            {dayText(first, style)}
          </text>
          {days.length > 1 && (
            <text x={width} y={HEIGHT - 4} textAnchor="end" className={classes.axis}>
              {dayText(last, style)}
            </text>
          )}
        </svg>
      )}
    </div>
  );
}

interface AreasProps {
  layers: Layers;
  x: (index: number) => number;
  y: (devices: number) => number;
  width: number;
}

function Areas({ layers: { layers, days }, x, y, width }: AreasProps) {
  let below = days.map(() => 0);
  return layers.map((layer, index) => {
    const above = layer.devices.map((devices, day) => devices + (below[day] ?? 0));
    // One day alone is as wide as the plot.
    const at = (day: number) => (days.length === 1 && day === 1 ? width : x(day));
    const span = days.length === 1 ? [0, 1] : days.map((_, day) => day);
    const value = (all: number[], day: number) => all[Math.min(day, days.length - 1)] ?? 0;
    const upper = span.map((day) => `${at(day)},${y(value(above, day))}`);
    const lower = span.map((day) => `${at(day)},${y(value(below, day))}`).reverse();
    below = above;
    return (
      <polygon
        key={layer.version ?? "older"}
        points={[...upper, ...lower].join(" ")}
        className={classes.layer}
        data-layer={layers.length - 1 - index}
        data-older={layer.version === null || undefined}
      />
    );
  });
}

/** What each layer is, with how many devices it holds now. */
function Legend({ layers: { layers }, platform }: { layers: Layers; platform: PlatformName }) {
  const { t, i18n } = useTranslation("home");
  const number = numberFormat(i18n.language);
  // They are stacked from the oldest on.
  const oldest = layers.find(({ version }) => version !== null)?.version;
  return (
    <ul className={classes.legend}>
      {[...layers].reverse().map(({ version, devices }, index) => (
        <li key={version ?? "older"}>
          <span
            className={classes.swatch}
            data-layer={index}
            data-older={version === null || undefined}
            aria-hidden="true"
          />
          {version ? (
            <Link to="/devices" search={{ platform, os_version: version }}>
              {inert(version)}
            </Link>
          ) : (
            <Link to="/devices" search={{ platform, os_version_below: oldest ?? "" }}>
              {t("versions.older")}
            </Link>
          )}
          <span className="number">{number.format(devices.at(-1) ?? 0)}</span>
        </li>
      ))}
    </ul>
  );
}
