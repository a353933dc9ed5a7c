// What does the journey look like? Stages as columns, the losses between them to scale, and a card for each touchpoint: one SVG.
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { MapCell } from "./cell";
import { HandContext, useHand, Words, type Hand } from "./drawing";
import { useFigures } from "./figures";
import { Legend, LEGEND_HEIGHT } from "./Legend";
import { layOut, PAD, type Layout } from "./layout";
import type { Palette } from "./palette";
import { colourOf, type PictureOfMap } from "./joined";
import { PointCard } from "./PointCard";
import { RiverPart } from "./River";

interface PictureProps {
  readonly map: PictureOfMap;
  readonly name: string;
  readonly palette: Palette;
  readonly open: ((cell: MapCell) => string) | null;
  /** What stands above the map on paper. */
  readonly title?: { readonly height: number; readonly content: ReactNode };
  /** Wider than it has to be. */
  readonly width?: number | undefined;
  readonly className?: string | undefined;
}

export function Picture({ map, name, palette, open, title, width, className }: PictureProps): ReactNode {
  const figures = useFigures();
  const hand = useMemo((): Hand => ({ palette, figures, open }), [palette, figures, open]);
  const layout = useMemo(() => layOut(map, width), [map, width]);
  const above = title?.height ?? 0;
  const height = above + layout.height + LEGEND_HEIGHT;
  return (
    <HandContext value={hand}>
      <svg
        className={className}
        viewBox={`-1 -1 ${(layout.width + 2).toFixed(1)} ${(height + 2).toFixed(1)}`}
        width={layout.width + 2}
        height={height + 2}
        role="group"
        aria-label={name}
        fontFamily={palette.font}
        style={{ fontVariantNumeric: "tabular-nums" }}
      >
        {title?.content}
        <g transform={`translate(0 ${above})`}>
          <Parts map={map} layout={layout} />
        </g>
        <g transform={`translate(0 ${above + layout.height})`}>
          <Legend layout={layout} map={map} />
        </g>
      </svg>
    </HandContext>
  );
}

function Parts({ map, layout }: { map: PictureOfMap; layout: Layout }): ReactNode {
  const { t } = useTranslation();
  const { palette } = useHand();
  return map.stages.map((stage, place) => {
    const column = layout.columns[place];
    const colour = palette.stages[colourOf(stage.numbers.key, place) % palette.stages.length] ?? palette.ink;
    if (!column) return null;
    return (
      <g key={stage.numbers.key} role="group" aria-label={stage.numbers.name}>
        <RiverPart stage={stage} place={place} layout={layout} />
        {stage.points.map((point, at) => {
          const box = column.cards[at];
          return box ? <PointCard key={point.numbers.key} point={point} box={box} x={column.x} layout={layout} colour={colour} /> : null;
        })}
        {stage.points.length === 0 ? (
          <>
            <rect
              x={column.x + 0.5}
              y={layout.cardsTop}
              width={layout.column - 1}
              height={60}
              rx={7}
              fill="none"
              stroke={palette.line}
              strokeDasharray="4 4"
            />
            <Words x={column.x + PAD} y={layout.cardsTop + 34} size={11.5} colour="faint">
              {t("journeyMap.noPoints")}
            </Words>
          </>
        ) : null}
      </g>
    );
  });
}
