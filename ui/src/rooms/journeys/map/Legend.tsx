// How is the picture read? The scale, what goes on and what is lost, and the window in which going on counts.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useHand, Words } from "./drawing";
import { roundBelow, type Layout } from "./layout";
import type { PictureOfMap } from "./joined";
import { widthOf, wrapped } from "./text";

export const LEGEND_HEIGHT = 80;

export function Legend({ layout, map }: { layout: Layout; map: PictureOfMap }): ReactNode {
  const { t } = useTranslation();
  const { palette, figures } = useHand();
  const scale = layout.perPerson > 0 ? roundBelow(30 / layout.perPerson) : 0;
  const marks = [
    { key: "on", colour: palette.stages[1], opacity: 0.24, words: t("journeyMap.legend.goOn") },
    { key: "lost", colour: palette.bad, opacity: 0.3, words: t("journeyMap.legend.lost") },
  ];
  const scaleWords = t("journeyMap.legend.scale", { count: scale, n: figures.exact(scale) });
  let x = scale > 0 ? 12 + widthOf(scaleWords, 11) + 22 : 0;
  return (
    <g>
      {scale > 0 ? (
        <>
          <path
            d={`M0 ${44 - scale * layout.perPerson}h6m-3 0v${scale * layout.perPerson}m-3 0h6`}
            stroke={palette.soft}
            strokeWidth={1.2}
            fill="none"
          />
          <Words x={12} y={40} size={11} colour="soft">
            {scaleWords}
          </Words>
        </>
      ) : null}
      {marks.map(({ key, colour, opacity, words }) => {
        const at = x;
        x += 20 + widthOf(words, 11) + 16;
        return (
          <g key={key}>
            <rect x={at} y={31} width={12} height={10} rx={2} fill={colour} opacity={opacity} />
            <Words x={at + 18} y={40} size={11} colour="soft">
              {words}
            </Words>
          </g>
        );
      })}
      {wrapped(t("journeyMap.legend.window", { time: figures.time(map.windowSeconds) }), 11, layout.width, 2).map((line, place) => (
        <Words key={line} x={0} y={60 + place * 15} size={11} colour="faint">
          {line}
        </Words>
      ))}
    </g>
  );
}
