// What is one touchpoint? Its name, the events and channels it is bound to, and where it stands.
import { Button, Dropdown, Input, Select, type MenuProps } from "antd";
import { ArrowDown, ArrowUp, CornerDownRight, EllipsisVertical, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useChannels } from "./channels";
import { movePoint, putPoint, removePoint, setPoint, type DraftPoint } from "./draft";
import styles from "./Editor.module.css";
import { EventsPick } from "./EventsPick";
import { useDrawing } from "./drawingContext";

interface PointEditorProps {
  readonly point: DraftPoint;
  readonly stage: string;
  readonly first: boolean;
  readonly last: boolean;
}

export function PointEditor({ point, stage, first, last }: PointEditorProps): ReactNode {
  const { t } = useTranslation();
  const { set, lacks, dragged, drag } = useDrawing();
  const channels = useChannels();
  const { key } = point;
  const wrong = (kind: "pointName" | "events"): boolean => lacks.some((lack) => lack.kind === kind && lack.key === key);
  const title = point.name.trim() || t("mapEditor.unnamed");
  return (
    <li
      className={styles.point}
      draggable={dragged === key}
      onDragEnd={() => drag(null)}
      onDragOver={(event) => {
        if (dragged) event.preventDefault();
      }}
      onDrop={(event) => {
        event.stopPropagation();
        if (dragged) set((draft) => putPoint(draft, dragged, stage, key));
        drag(null);
      }}
    >
      <div className={styles.row}>
        <span className={styles.grip} onPointerDown={() => drag(key)} onPointerUp={() => drag(null)} aria-hidden />
        <Input
          value={point.name}
          onChange={(event) => set((draft) => setPoint(draft, key, { name: event.target.value }), `${key} name`)}
          placeholder={t("mapEditor.pointName")}
          aria-label={t("mapEditor.pointName")}
          maxLength={200}
          {...(wrong("pointName") ? { status: "error" as const } : {})}
        />
        <PointMenu point={point} stage={stage} first={first} last={last} />
      </div>
      <EventsPick
        events={point.events}
        onChange={(events) => set((draft) => setPoint(draft, key, { events }))}
        wrong={wrong("events")}
        label={t("mapEditor.eventsOf", { name: title })}
      />
      <Select<string[]>
        mode="tags"
        value={[...point.channels]}
        onChange={(next) => set((draft) => setPoint(draft, key, { channels: next }))}
        options={channels.map((value) => ({ value, label: value }))}
        placeholder={t("journeyMap.allChannels")}
        aria-label={t("mapEditor.channelsOf", { name: title })}
        size="small"
        maxCount={20}
      />
    </li>
  );
}

function PointMenu({ point, stage, first, last }: PointEditorProps): ReactNode {
  const { t } = useTranslation();
  const { draft, set } = useDrawing();
  const { key } = point;
  const others = draft.stages.filter((one) => one.key !== stage);
  const items: MenuProps["items"] = [
    {
      key: "up",
      label: t("mapEditor.up"),
      icon: <ArrowUp size={14} aria-hidden />,
      disabled: first,
      onClick: () => set((old) => movePoint(old, key, -1)),
    },
    {
      key: "down",
      label: t("mapEditor.down"),
      icon: <ArrowDown size={14} aria-hidden />,
      disabled: last,
      onClick: () => set((old) => movePoint(old, key, 1)),
    },
    ...others.map((one) => ({
      key: `to ${one.key}`,
      label: t("mapEditor.toStage", { stage: one.name.trim() || t("mapEditor.unnamed") }),
      icon: <CornerDownRight size={14} aria-hidden />,
      onClick: () => set((old) => putPoint(old, key, one.key)),
    })),
    { type: "divider" },
    {
      key: "remove",
      label: t("actions.remove"),
      icon: <Trash2 size={14} aria-hidden />,
      danger: true,
      onClick: () => set((old) => removePoint(old, key)),
    },
  ];
  return (
    <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
      <Button
        type="text"
        size="small"
        icon={<EllipsisVertical size={15} aria-hidden />}
        aria-label={t("mapEditor.menuOf", { name: point.name.trim() || t("mapEditor.unnamed") })}
      />
    </Dropdown>
  );
}
