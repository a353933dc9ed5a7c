// Where do the tiles stand? In a row that wraps; while editing each can be moved, resized, set up and removed, by mouse and by keys.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Segmented } from "antd";
import { ArrowLeft, ArrowRight, GripVertical, Settings2, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Running } from "@/parts/Running";
import { usePath, useWorkspace } from "@/shell/workspace";
import { AddTile } from "./AddTile";
import styles from "./Dashboards.module.css";
import { dropped, MOST_TILES, moved, putBack, removed, replaced, WIDTHS, type Width } from "./draft";
import { tileQuery, type Period, type Tile } from "./queries";
import { TileCard } from "./TileCard";
import { TileSettings } from "./TileSettings";

type Change = (change: (tiles: readonly Tile[]) => readonly Tile[]) => void;

interface BoardProps {
  /** Keeps a tile as it was changed outside of editing; left out: it is so until the page is left. */
  readonly onKeep?: ((tile: Tile) => void) | undefined;
  readonly tiles: readonly Tile[];
  readonly period: Period | null;
  /** Given while the dashboard is edited. */
  readonly onChange?: Change | undefined;
}

export function Board({ tiles, period, onChange, onKeep }: BoardProps): ReactNode {
  return (
    <div className={styles.grid}>
      {tiles.map((tile, place) => (
        <One
          key={tile.id}
          tile={tile}
          place={place}
          last={place === tiles.length - 1}
          period={period}
          onChange={onChange}
          onKeep={onKeep}
        />
      ))}
      {onChange && tiles.length < MOST_TILES ? <AddTile tiles={tiles} onAdd={(tile) => onChange((all) => [...all, tile])} /> : null}
    </div>
  );
}

interface OneProps {
  readonly tile: Tile;
  readonly place: number;
  readonly last: boolean;
  readonly period: Period | null;
  readonly onChange: Change | undefined;
  readonly onKeep: ((tile: Tile) => void) | undefined;
}

function One({ tile: standing, place, last, period, onChange, onKeep }: OneProps): ReactNode {
  const [sampled, sample] = useState<number | null>(null);
  const tile = standing.kind === "report" && sampled !== null ? { ...standing, sample_percent: sampled } : standing;
  const keep = (sample_percent: number): void => {
    if (standing.kind !== "report") return;
    const next = { ...standing, sample_percent };
    if (onChange) {
      onChange((all) => replaced(all, next));
      return;
    }
    sample(sample_percent);
    onKeep?.(next);
  };
  const { slug } = useWorkspace();
  const path = usePath();
  const client = useQueryClient();
  const options = tileQuery(slug, tile, period);
  const query = useQuery({ ...options, enabled: tile.kind !== "text" });
  const stop = (): void => void client.cancelQueries({ queryKey: options.queryKey });
  const to = tile.kind === "metric" ? path("kpis", tile.metric) : tile.kind === "report" ? path("reports", tile.report) : undefined;
  const drag = onChange
    ? {
        onDragOver: (event: React.DragEvent) => event.preventDefault(),
        onDrop: (event: React.DragEvent) => {
          event.preventDefault();
          const id = event.dataTransfer.getData("text/plain");
          onChange((all) => dropped(all, id, tile.id));
        },
      }
    : undefined;
  return (
    <TileCard
      tile={tile}
      query={query}
      running={<Running question={options.queryKey} onStop={stop} />}
      onSample={tile.kind === "report" ? keep : undefined}
      to={onChange ? undefined : to}
      drag={drag}
      tools={onChange ? <Tools tile={tile} place={place} last={last} onChange={onChange} /> : null}
    />
  );
}

function Tools({
  tile,
  place,
  last,
  onChange,
}: Omit<OneProps, "period" | "onChange" | "onKeep"> & { readonly onChange: Change }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const remove = (): void => {
    const toast = `removed ${tile.id}`;
    onChange((all) => removed(all, tile.id));
    const undo = (): void => {
      message.destroy(toast);
      onChange((all) => putBack(all, tile, place));
    };
    void message.info({
      key: toast,
      duration: 8,
      content: (
        <>
          {t("dashboards.removed")}{" "}
          <Button type="link" size="small" onClick={undo}>
            {t("actions.undo")}
          </Button>
        </>
      ),
    });
  };
  const step = (by: number): void => onChange((all) => moved(all, tile.id, by));
  return (
    <div className={styles.tools}>
      <span
        className={styles.grip}
        draggable
        onDragStart={(event) => event.dataTransfer.setData("text/plain", tile.id)}
        title={t("dashboards.drag")}
      >
        <GripVertical size={14} aria-hidden />
      </span>
      <Button
        type="text"
        size="small"
        icon={<ArrowLeft size={14} aria-hidden />}
        disabled={place === 0}
        onClick={() => step(-1)}
        aria-label={t("dashboards.back")}
      />
      <Button
        type="text"
        size="small"
        icon={<ArrowRight size={14} aria-hidden />}
        disabled={last}
        onClick={() => step(1)}
        aria-label={t("dashboards.on")}
      />
      <Segmented<Width>
        size="small"
        value={tile.width ?? "third"}
        onChange={(width) => onChange((all) => replaced(all, { ...tile, width }))}
        options={WIDTHS.map((value) => ({ value, label: t(`dashboards.widths.${value}`) }))}
        aria-label={t("dashboards.width")}
      />
      <span className={styles.push} />
      <Button
        type="text"
        size="small"
        icon={<Settings2 size={14} aria-hidden />}
        onClick={() => setOpen(true)}
        aria-label={t("dashboards.settings")}
      />
      <Button type="text" size="small" icon={<Trash2 size={14} aria-hidden />} onClick={remove} aria-label={t("dashboards.remove")} />
      {open ? (
        <TileSettings tile={tile} onChange={(next) => onChange((all) => replaced(all, next))} onClose={() => setOpen(false)} />
      ) : null}
    </div>
  );
}
