// How do the stages and their touchpoints stand? Columns in order; each can be named, moved and removed, and gets touchpoints.
import { Button, Input, Tooltip } from "antd";
import { ArrowLeft, ArrowRight, Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { colourOf } from "../joined";
import { usePalette } from "../palette";
import { addPoint, addStage, MAX_POINTS, MAX_STAGES, moveStage, pointsOf, putPoint, removeStage, setStage, type DraftStage } from "./draft";
import { useDrawing } from "./drawingContext";
import styles from "./Editor.module.css";
import { PointEditor } from "./PointEditor";

export function Board(): ReactNode {
  const { t } = useTranslation();
  const { draft, set } = useDrawing();
  return (
    <div className={styles.board} role="group" aria-label={t("mapEditor.board")}>
      {draft.stages.map((stage, place) => (
        <StageColumn key={stage.key} stage={stage} place={place} />
      ))}
      {draft.stages.length < MAX_STAGES ? (
        <Button
          className={styles.addStage ?? ""}
          icon={<Plus size={14} aria-hidden />}
          onClick={() => set((old) => addStage(old, t("mapEditor.newStage")))}
        >
          {t("mapEditor.addStage")}
        </Button>
      ) : null}
    </div>
  );
}

function StageColumn({ stage, place }: { stage: DraftStage; place: number }): ReactNode {
  const { t } = useTranslation();
  const { draft, set, lacks, dragged, drag } = useDrawing();
  const palette = usePalette();
  const colour = palette.stages[colourOf(stage.key, place) % palette.stages.length];
  const full = pointsOf(draft).length >= MAX_POINTS;
  const wrong = lacks.some((lack) => lack.kind === "stageName" && lack.key === stage.key);
  return (
    <section
      className={styles.stage}
      style={{ borderTopColor: colour }}
      aria-label={stage.name}
      onDragOver={(event) => {
        if (dragged) event.preventDefault();
      }}
      onDrop={() => {
        if (dragged) set((old) => putPoint(old, dragged, stage.key));
        drag(null);
      }}
    >
      <div className={styles.row}>
        <Input
          className={styles.stageName ?? ""}
          variant="borderless"
          value={stage.name}
          onChange={(event) => set((old) => setStage(old, stage.key, (one) => ({ ...one, name: event.target.value })), `${stage.key} name`)}
          placeholder={t("mapEditor.stageName")}
          aria-label={t("mapEditor.stageName")}
          maxLength={200}
          {...(wrong ? { status: "error" as const } : {})}
        />
        <StageButtons stage={stage} place={place} />
      </div>
      <ol className={styles.points}>
        {stage.points.map((point, at) => (
          <PointEditor key={point.key} point={point} stage={stage.key} first={at === 0} last={at === stage.points.length - 1} />
        ))}
      </ol>
      <Tooltip title={full ? t("mapEditor.full", { n: MAX_POINTS }) : null}>
        <Button
          type="dashed"
          block
          disabled={full}
          icon={<Plus size={14} aria-hidden />}
          onClick={() => set((old) => addPoint(old, stage.key))}
        >
          {t("mapEditor.addPoint")}
        </Button>
      </Tooltip>
    </section>
  );
}

function StageButtons({ stage, place }: { stage: DraftStage; place: number }): ReactNode {
  const { t } = useTranslation();
  const { draft, set } = useDrawing();
  const name = stage.name.trim() || t("mapEditor.unnamed");
  return (
    <>
      <Button
        type="text"
        size="small"
        icon={<ArrowLeft size={14} aria-hidden />}
        aria-label={t("mapEditor.stageLeft", { name })}
        disabled={place === 0}
        onClick={() => set((old) => moveStage(old, stage.key, -1))}
      />
      <Button
        type="text"
        size="small"
        icon={<ArrowRight size={14} aria-hidden />}
        aria-label={t("mapEditor.stageRight", { name })}
        disabled={place === draft.stages.length - 1}
        onClick={() => set((old) => moveStage(old, stage.key, 1))}
      />
      <Button
        type="text"
        size="small"
        icon={<Trash2 size={14} aria-hidden />}
        aria-label={t("mapEditor.removeStage", { name })}
        onClick={() => set((old) => removeStage(old, stage.key))}
      />
    </>
  );
}
