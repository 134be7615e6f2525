// The assignment map: a canvas of blocks and items, a bank to drag items from, and undo.

import "@xyflow/react/dist/style.css";
import { ActionIcon, Button, Group, Select, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp, IconGripVertical } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Background, BackgroundVariant, Controls, ReactFlow } from "@xyflow/react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { conditionSays } from "../../../parts/condition/says";
import { inert } from "../../../parts/inert";
import { deviceQuery } from "../../devices/queries";
import type { LibraryItem } from "../../library/queries";
import { membersQuery } from "../queries";
import { MapCard } from "./cards";
import { DRAGGED, MapContext } from "./context";
import { layout, WIDTH } from "./layout";
import classes from "./Map.module.css";
import type { MapNode } from "./tree";
import { firstView } from "./view";
import { type Walked, walk } from "./walk";

interface Props {
  blueprint: string;
  map: MapNode[];
  onChange: (map: MapNode[]) => void;
  items: LibraryItem[];
  isReadOnly: boolean;
}

const nodeTypes = { card: MapCard };

export function MapEditor({ blueprint, map, onChange, items, isReadOnly }: Props) {
  const { t } = useTranslation("blueprints");
  const history = useHistory(map, onChange);
  const [walker, setWalker] = useState<string | null>(null);
  const { data: device } = useQuery({ ...deviceQuery(walker ?? ""), enabled: walker !== null });
  const walked = useMemo(
    () => (walker && device ? walk(map, device) : null),
    [map, device, walker],
  );
  const known = useMemo(() => new Map(items.map((item) => [item.id, item])), [items]);
  const state = useMemo(
    () => ({ map, edit: history.edit, items: known, walked, isReadOnly }),
    [map, history.edit, known, walked, isReadOnly],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const isField = event.target instanceof HTMLInputElement;
    if (!isField && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      (event.shiftKey ? history.redo : history.undo)?.();
    }
  };
  return (
    <MapContext value={state}>
      <section className={classes.editor} aria-label={t("map.label")} onKeyDown={onKeyDown}>
        <div className={classes.bar}>
          {!isReadOnly && (
            <Group gap={4}>
              <Step label={t("map.undo")} act={history.undo} Icon={IconArrowBackUp} />
              <Step label={t("map.redo")} act={history.redo} Icon={IconArrowForwardUp} />
            </Group>
          )}
          <Walker blueprint={blueprint} value={walker} onChange={setWalker} />
        </div>
        {walked && <WalkSays walked={walked} items={known} end={() => setWalker(null)} />}
        <div className={classes.main}>
          {!isReadOnly && <Bank items={items} />}
          <Canvas map={map} />
        </div>
      </section>
    </MapContext>
  );
}

/** Every state of the map that was left can be come back to. */
function useHistory(map: MapNode[], onChange: (map: MapNode[]) => void) {
  const [past, setPast] = useState<MapNode[][]>([]);
  const [future, setFuture] = useState<MapNode[][]>([]);
  const previous = past.at(-1);
  const next = future.at(-1);
  return {
    edit: (changed: MapNode[]) => {
      setPast([...past.slice(-99), map]);
      setFuture([]);
      onChange(changed);
    },
    undo:
      previous &&
      (() => {
        setPast(past.slice(0, -1));
        setFuture([...future, map]);
        onChange(previous);
      }),
    redo:
      next &&
      (() => {
        setFuture(future.slice(0, -1));
        setPast([...past, map]);
        onChange(next);
      }),
  };
}

interface StepProps {
  label: string;
  act: (() => void) | undefined;
  Icon: typeof IconArrowBackUp;
}

function Step({ label, act, Icon }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon size="lg" disabled={!act} onClick={() => act?.()} aria-label={label}>
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  );
}

function Canvas({ map }: { map: MapNode[] }) {
  const { t } = useTranslation("blueprints");
  const canvas = useRef<HTMLDivElement>(null);
  const { t: rules } = useTranslation(["rules", "common"]);
  const drawn = useMemo(
    () => layout(map, (condition) => conditionSays(rules, condition)),
    [map, rules],
  );
  const nodes = drawn.cards.map(({ id, x, y, height, card }) => ({
    id,
    type: "card",
    position: { x, y },
    width: WIDTH,
    height,
    data: { card },
  }));
  const edges = drawn.lines.map(([source, target]) => ({
    id: `${source} ${target}`,
    source,
    target,
    type: "smoothstep",
  }));
  return (
    <div ref={canvas} className={classes.canvas}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        onInit={(flow) => {
          const size = canvas.current?.getBoundingClientRect();
          void (size && flow.setViewport(firstView(drawn.cards, size)));
        }}
        minZoom={0.2}
        maxZoom={1.5}
        panOnScroll
        zoomOnDoubleClick={false}
        ariaLabelConfig={{
          "controls.ariaLabel": t("map.controls"),
          "controls.zoomIn.ariaLabel": t("map.zoom_in"),
          "controls.zoomOut.ariaLabel": t("map.zoom_out"),
          "controls.fitView.ariaLabel": t("map.fit"),
        }}
      >
        <Background variant={BackgroundVariant.Dots} gap={18} size={1} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function Bank({ items }: { items: LibraryItem[] }) {
  const { t } = useTranslation("blueprints");
  return (
    <div className={classes.bank}>
      <h3 className={classes.bankTitle}>{t("map.bank")}</h3>
      <p className={classes.hint}>{t("map.bank_hint")}</p>
      <ul>
        {items.map((item) => (
          <li
            key={item.id}
            draggable
            onDragStart={(event) => {
              event.dataTransfer.setData(DRAGGED, item.id);
              event.dataTransfer.effectAllowed = "copy";
            }}
          >
            <IconGripVertical size={14} aria-hidden="true" />
            {inert(item.settings.label ?? "")}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface WalkerProps {
  blueprint: string;
  value: string | null;
  onChange: (id: string | null) => void;
}

/** Chooses a device whose way through the map is shown. */
function Walker({ blueprint, value, onChange }: WalkerProps) {
  const { t } = useTranslation("blueprints");
  const [search, setSearch] = useState("");
  const { data: devices = [] } = useQuery({
    ...membersQuery(blueprint, search),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      aria-label={t("map.walk")}
      placeholder={t("map.walk")}
      data={devices.map(({ id, name }) => ({ value: id, label: inert(name) }))}
      value={value}
      onChange={onChange}
      searchable
      clearable
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      nothingFoundMessage={t("map.walk_none")}
      w={230}
    />
  );
}

interface WalkSaysProps {
  walked: Walked;
  items: Map<string, LibraryItem>;
  end: () => void;
}

function WalkSays({ walked, items, end }: WalkSaysProps) {
  const { t } = useTranslation("blueprints");
  const names = walked.items.map((id) => inert(items.get(id)?.settings.label ?? id));
  return (
    <p className={classes.walked} role="status">
      <span>
        {names.length === 0
          ? t("map.walked_none")
          : t("map.walked", { count: names.length, names: names.join(", ") })}
        {walked.unknown.length > 0 && ` ${t("map.walked_unknown")}`}
      </span>
      <Button size="compact-xs" variant="subtle" onClick={end}>
        {t("map.walk_end")}
      </Button>
    </p>
  );
}
