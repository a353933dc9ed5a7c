// How many go from stage to stage, and how many are lost? Bars, bands and falls of one scale, under the names of the stages.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useHand, Figure, Words } from "./drawing";
import { BAR, fallingPath, PAD, type Column, type Layout } from "./layout";
import { changeOf, colourOf, type Stage } from "./joined";
import { wrapped } from "./text";

interface PartProps {
  readonly stage: Stage;
  readonly column: Column;
  readonly layout: Layout;
  readonly colour: string;
}

/** `place`: of the stage. */
export function RiverPart({ stage, place, layout }: { stage: Stage; place: number; layout: Layout }): ReactNode {
  const { palette } = useHand();
  const column = layout.columns[place];
  const colour = palette.stages[colourOf(stage.numbers.key, place) % palette.stages.length] ?? palette.ink;
  if (!column) return null;
  const props = { stage, column, layout, colour };
  return (
    <g>
      <Head {...props} />
      <Flow {...props} />
    </g>
  );
}

function Head({ stage, column, layout, colour }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { figures } = useHand();
  const { numbers, before } = stage;
  const [name] = wrapped(numbers.name, 13, layout.column - 2 * PAD, 1, true);
  const change = changeOf(numbers.people, before);
  const label = t("journeyMap.aria.people", { place: numbers.name, n: figures.exact(numbers.people) });
  return (
    <g transform={`translate(${column.x} 0)`}>
      <rect width={layout.column} height={layout.headHeight} rx={7} fill={colour} opacity={0.11} />
      <rect width={layout.column} height={3.5} rx={1.75} fill={colour} />
      <Words x={PAD} y={21} size={13} weight={650} title={numbers.name}>
        {name}
      </Words>
      <Figure x={PAD} y={40} size={14} weight={620} cell={{ place: numbers.key, of: "people", previous: false }} label={label}>
        {t("journeyMap.people", { count: numbers.people, n: figures.count(numbers.people) })}
      </Figure>
      {change === null || Math.abs(change) < 0.005 ? null : (
        <Figure
          x={layout.column - PAD}
          y={40}
          size={11}
          end
          colour={change < 0 ? "bad" : "good"}
          cell={{ place: numbers.key, of: "people", previous: true }}
          label={t("journeyMap.aria.before", { place: numbers.name, n: figures.exact(before ?? 0) })}
        >
          {figures.change(change)}
        </Figure>
      )}
    </g>
  );
}

function Flow({ stage, column, layout, colour }: PartProps): ReactNode {
  const { palette } = useHand();
  const { going, falling, bar, x } = column;
  const top = layout.riverTop;
  return (
    <g>
      {going && going.height > 0 ? (
        <rect x={going.x1} y={top} width={going.x2 - going.x1} height={going.height} fill={colour} opacity={0.24} />
      ) : null}
      {falling && falling.size > 0 ? (
        <>
          <path d={fallingPath(falling, layout.lossEnd)} fill={palette.bad} opacity={0.17} />
          <line
            x1={falling.x}
            x2={falling.x + falling.size}
            y1={layout.lossEnd}
            y2={layout.lossEnd}
            stroke={palette.bad}
            strokeWidth={1.5}
          />
        </>
      ) : null}
      {bar > 0 ? <rect x={x} y={top} width={BAR} height={bar} rx={Math.min(2, bar / 2)} fill={colour} /> : null}
      <Onwards stage={stage} column={column} layout={layout} />
    </g>
  );
}

function Onwards({ stage: { numbers }, column, layout }: Omit<PartProps, "colour">): ReactNode {
  const { t } = useTranslation();
  const { figures } = useHand();
  const { onward, key, name } = numbers;
  if (!onward) return null;
  const x = column.x + BAR + 6;
  const lostX = column.falling?.x ?? x;
  const goes = t("journeyMap.aria.onward", { place: name, n: figures.exact(onward.people) });
  const lost = t("journeyMap.aria.lost", { place: name, n: figures.exact(onward.lost) });
  return (
    <>
      <Figure x={x} y={layout.riverTop - 22} size={13} weight={620} cell={{ place: key, of: "onward", previous: false }} label={goes}>
        {t("journeyMap.goOn", { share: figures.share(onward.conversion) })}
      </Figure>
      <Figure x={x} y={layout.riverTop - 7} size={11} colour="soft" cell={{ place: key, of: "onward", previous: false }} label={goes}>
        {t("journeyMap.peopleAfter", {
          count: onward.people,
          n: figures.count(onward.people),
          time: figures.time(onward.median_seconds),
        })}
      </Figure>
      <Figure
        x={lostX}
        y={layout.lossEnd + 16}
        size={12}
        weight={600}
        colour={onward.lost > 0 ? "bad" : "faint"}
        cell={{ place: key, of: "lost", previous: false }}
        label={lost}
      >
        {t("journeyMap.lost", { n: figures.count(onward.lost) })}
      </Figure>
      <Words x={lostX} y={layout.lossEnd + 30} size={11} colour="soft">
        {figures.share(onward.conversion === null ? null : 1 - onward.conversion)}
      </Words>
    </>
  );
}
