// The cards of the map: groups of items, branches with their conditions, and the end of each
// sequence, where more is added.

import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconGitBranch, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { type CSSProperties, type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { conditionSays } from "../../../parts/condition/says";
import { inert } from "../../../parts/inert";
import { BranchModal } from "./BranchModal";
import { DRAGGED, useMap } from "./context";
import { type Card, linesOf } from "./layout";
import classes from "./Map.module.css";
import * as tree from "./tree";

type Props = NodeProps & { data: { card: Card } };

export function MapCard({ data: { card } }: Props) {
  return (
    <>
      <Handle type="target" position={Position.Top} className={classes.handle} />
      {card.kind === "items" ? (
        <Items card={card} />
      ) : card.kind === "branch" ? (
        <Branch card={card} />
      ) : (
        <End card={card} />
      )}
      <Handle type="source" position={Position.Bottom} className={classes.handle} />
    </>
  );
}

/** Takes what is dropped into a sequence. */
function useDrop(sequence: tree.Sequence) {
  const { map, edit, isReadOnly } = useMap();
  const [isOver, over] = useState(false);
  return {
    isOver,
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!isReadOnly && event.dataTransfer.types.includes(DRAGGED)) {
          event.preventDefault();
          over(true);
        }
      },
      onDragLeave: () => over(false),
      onDrop: (event: DragEvent) => {
        over(false);
        const item = event.dataTransfer.getData(DRAGGED);
        if (item) {
          event.preventDefault();
          edit(tree.addItem(map, sequence, item));
        }
      },
    },
  };
}

function Items({ card: { place, items } }: { card: Extract<Card, { kind: "items" }> }) {
  const { t } = useTranslation("blueprints");
  const { map, edit, items: known, walked, isReadOnly } = useMap();
  const { isOver, handlers } = useDrop(place.sequence);
  const isTaken = walked === null || isOnPath(place.sequence, walked.taken);
  return (
    <div
      className={classes.items}
      data-over={isOver || undefined}
      data-off={!isTaken || undefined}
      {...handlers}
    >
      <div className={classes.cardHead}>{t("map.items")}</div>
      {items.map((id) => {
        const label = inert(known.get(id)?.settings.label ?? t("map.unknown"));
        return (
          <div key={id} className={classes.item}>
            <span className={classes.itemName} title={label}>
              {label}
            </span>
            {!isReadOnly && (
              <ActionIcon
                size="sm"
                className="nodrag"
                onClick={() => edit(tree.removeItem(map, place, id))}
                aria-label={t("map.remove_item", { name: label })}
              >
                <IconTrash size={14} />
              </ActionIcon>
            )}
          </div>
        );
      })}
    </div>
  );
}

function isOnPath(sequence: tree.Sequence, taken: Set<string>): boolean {
  return sequence.length === 0 || taken.has(sequence.join("."));
}

function Branch({ card }: { card: Extract<Card, { kind: "branch" }> }) {
  const { t } = useTranslation("blueprints");
  const { t: rules } = useTranslation(["rules", "common"]);
  const { map, edit, walked, isReadOnly } = useMap();
  const [isEditing, setEditing] = useState(false);
  const { place, branch } = card;
  const node = tree.nodesAt(map, place.sequence)[place.index];
  const way = node && tree.isBlock(node) ? node.block[branch] : undefined;
  const path = [...place.sequence, place.index, branch];
  const isTaken = walked === null || walked.taken.has(path.join("."));
  const word = !way?.if ? "else" : branch === 0 ? "if" : "else_if";
  const says = way?.if ? conditionSays(rules, way.if) : t("map.all_others");
  return (
    <div
      className={classes.branch}
      data-off={!isTaken || undefined}
      data-taken={(walked !== null && isTaken) || undefined}
    >
      <div className={classes.cardHead}>
        <span className={classes.word}>{t(`map.${word}`)}</span>
        {!isReadOnly && (
          <span className={classes.tools}>
            {way?.if && branch > 0 && (
              <Tool
                label={t("map.earlier", { rule: says })}
                onClick={() => edit(tree.moveBranchEarlier(map, place, branch))}
                Icon={IconArrowLeft}
              />
            )}
            {way?.if && (
              <Tool
                label={t("map.edit", { rule: says })}
                onClick={() => setEditing(true)}
                Icon={IconPencil}
              />
            )}
            <Tool
              label={t("map.remove_branch", { rule: says })}
              onClick={() => edit(tree.removeBranch(map, place, branch))}
              Icon={IconTrash}
            />
          </span>
        )}
      </div>
      <div
        className={classes.condition}
        style={{ "--lines": linesOf(says) } as CSSProperties}
        title={says}
      >
        {says}
      </div>
      {!isReadOnly && branch === 0 && <MoreBranches place={place} />}
      {isEditing && way?.if && (
        <BranchModal
          title={t(`map.${word}`)}
          condition={way.if}
          save={(condition) => edit(tree.setCondition(map, place, branch, condition))}
          close={() => setEditing(false)}
        />
      )}
    </div>
  );
}

function MoreBranches({ place }: { place: tree.Place }) {
  const { t } = useTranslation("blueprints");
  const { map, edit } = useMap();
  const [isAdding, setAdding] = useState(false);
  const node = tree.nodesAt(map, place.sequence)[place.index];
  const lacksElse = node !== undefined && tree.isBlock(node) && !tree.hasElse(node.block);
  return (
    <div className={classes.more}>
      <Button size="compact-xs" variant="subtle" onClick={() => setAdding(true)}>
        {t("map.add_else_if")}
      </Button>
      {lacksElse && (
        <Button size="compact-xs" variant="subtle" onClick={() => edit(tree.addElse(map, place))}>
          {t("map.add_else")}
        </Button>
      )}
      {isAdding && (
        <BranchModal
          title={t("map.else_if")}
          save={(condition) => edit(tree.addBranch(map, place, condition))}
          close={() => setAdding(false)}
        />
      )}
    </div>
  );
}

interface ToolProps {
  label: string;
  onClick: () => void;
  Icon: typeof IconPencil;
}

function Tool({ label, onClick, Icon }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon size="sm" className="nodrag" onClick={onClick} aria-label={label}>
        <Icon size={14} />
      </ActionIcon>
    </Tooltip>
  );
}

function End({ card: { sequence } }: { card: Extract<Card, { kind: "end" }> }) {
  const { t } = useTranslation("blueprints");
  const { map, edit, items, walked, isReadOnly } = useMap();
  const [isAdding, setAdding] = useState(false);
  const { isOver, handlers } = useDrop(sequence);
  const present = new Set(
    tree.nodesAt(map, sequence).flatMap((n) => (tree.isBlock(n) ? [] : n.items)),
  );
  const isOff = walked !== null && !isOnPath(sequence, walked.taken);
  if (isReadOnly) {
    return <div className={classes.stop} aria-hidden="true" />;
  }
  return (
    <div
      className={classes.end}
      data-over={isOver || undefined}
      data-off={isOff || undefined}
      {...handlers}
    >
      <Menu position="bottom-start" width={240}>
        <Menu.Target>
          <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />}>
            {t("map.add_item")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
          {[...items.values()].map((item) => (
            <Menu.Item
              key={item.id}
              disabled={present.has(item.id)}
              onClick={() => edit(tree.addItem(map, sequence, item.id))}
            >
              {inert(item.settings.label ?? "")}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconGitBranch size={13} />}
        onClick={() => setAdding(true)}
      >
        {t("map.add_block")}
      </Button>
      {isAdding && (
        <BranchModal
          title={t("map.if")}
          save={(condition) => edit(tree.addBlock(map, sequence, condition))}
          close={() => setAdding(false)}
        />
      )}
    </div>
  );
}
