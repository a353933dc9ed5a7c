// What is said of one touchpoint? Its people and their trend, who goes on and who is lost, how long it takes, how long they stay, who leaves.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Figure, useHand, Words } from "./drawing";
import { LINE, PAD, sparkOf, type Box, type Layout } from "./layout";
import { changeOf, type Point } from "./joined";
import { widthOf, wrapped } from "./text";

interface CardProps {
  readonly point: Point;
  readonly box: Box;
  readonly x: number;
  readonly layout: Layout;
  readonly colour: string;
}

interface RowProps extends Pick<CardProps, "point" | "layout" | "colour"> {
  readonly y: number;
}

export function PointCard({ point, box, x, layout, colour }: CardProps): ReactNode {
  const { t } = useTranslation();
  const { palette } = useHand();
  const { name } = point.numbers;
  const below = 20 + box.name.length * LINE;
  const places = point.numbers.channels.length === 0 ? t("journeyMap.allChannels") : point.numbers.channels.join(" · ");
  const row = { point, layout, colour };
  return (
    <g transform={`translate(${x} ${box.y})`} role="group" aria-label={name}>
      <rect x={0.5} y={0.5} width={layout.column - 1} height={box.height - 1} rx={7} fill={palette.surface} stroke={palette.line} />
      <rect x={0.5} y={10} width={3} height={box.height - 20} rx={1.5} fill={colour} />
      {box.name.map((line, place) => (
        <Words key={line} x={PAD} y={21 + place * LINE} size={13} weight={600} title={name}>
          {line}
        </Words>
      ))}
      <Words x={PAD} y={below} size={11} colour="faint" title={places}>
        {wrapped(places, 11, layout.column - 2 * PAD, 1)[0]}
      </Words>
      <People {...row} y={below + 24} />
      <Ways {...row} y={below + 32} />
      <Times {...row} y={below + 68} />
    </g>
  );
}

const SPARK = { width: 56, height: 18 };

function People({ point, layout, colour, y }: RowProps): ReactNode {
  const { t } = useTranslation();
  const { figures } = useHand();
  const { numbers, before } = point;
  const shown = figures.count(numbers.people);
  const change = changeOf(numbers.people, before);
  const values = numbers.series.map((bucket) => bucket.people);
  const label = t("journeyMap.aria.people", { place: numbers.name, n: figures.exact(numbers.people) });
  return (
    <>
      <Figure x={PAD} y={y} size={18} weight={640} cell={{ place: numbers.key, of: "people", previous: false }} label={label}>
        {shown}
      </Figure>
      {change === null || Math.abs(change) < 0.005 ? null : (
        <Figure
          x={PAD + widthOf(shown, 18, true) + 5}
          y={y}
          size={11}
          colour={change < 0 ? "bad" : "good"}
          cell={{ place: numbers.key, of: "people", previous: true }}
          label={t("journeyMap.aria.before", { place: numbers.name, n: figures.exact(before ?? 0) })}
        >
          {figures.change(change)}
        </Figure>
      )}
      {values.length > 1 && numbers.people > 0 ? (
        <polyline
          transform={`translate(${layout.column - PAD - SPARK.width} ${y - SPARK.height + 1})`}
          points={sparkOf(values, SPARK.width, SPARK.height)}
          fill="none"
          stroke={colour}
          strokeWidth={1.4}
          strokeLinejoin="round"
        />
      ) : null}
    </>
  );
}

/** A bar of everybody, parted into those who go on and those who are lost, and both in numbers below. */
function Ways({ point: { numbers }, layout, colour, y }: RowProps): ReactNode {
  const { t } = useTranslation();
  const { palette, figures } = useHand();
  const { onward, key, name, people } = numbers;
  const whole = people * layout.perPersonInCards;
  const goes = (onward ? onward.people : people) * layout.perPersonInCards;
  const gone = onward ? t("journeyMap.lost", { n: figures.count(onward.lost) }) : "";
  const on = onward ? t("journeyMap.goOnShort", { n: figures.count(onward.people), share: figures.share(onward.conversion) }) : "";
  // Where both do not fit side by side, the share gives way: it is in the bar.
  const fits = widthOf(on, 11.5) + widthOf(gone, 11.5) + 6 <= layout.column - 2 * PAD;
  return (
    <>
      <rect x={PAD} y={y} width={layout.column - 2 * PAD} height={6} rx={1} fill={palette.sunken} />
      {whole > goes ? <rect x={PAD + goes} y={y} width={whole - goes} height={6} fill={palette.bad} opacity={0.38} /> : null}
      {goes > 0 ? <rect x={PAD} y={y} width={goes} height={6} fill={colour} /> : null}
      {onward ? (
        <>
          <Figure
            x={PAD}
            y={y + 20}
            size={11.5}
            cell={{ place: key, of: "onward", previous: false }}
            label={t("journeyMap.aria.onward", { place: name, n: figures.exact(onward.people) })}
          >
            {fits ? on : t("journeyMap.goOn", { share: figures.count(onward.people) })}
          </Figure>
          <Figure
            x={layout.column - PAD}
            y={y + 20}
            size={11.5}
            end
            colour={onward.lost > 0 ? "bad" : "faint"}
            cell={{ place: key, of: "lost", previous: false }}
            label={t("journeyMap.aria.lost", { place: name, n: figures.exact(onward.lost) })}
          >
            {gone}
          </Figure>
        </>
      ) : (
        <Words x={PAD} y={y + 20} size={11.5} colour="faint">
          {t("journeyMap.end")}
        </Words>
      )}
    </>
  );
}

function Times({ point: { numbers }, layout, y }: RowProps): ReactNode {
  const { t } = useTranslation();
  const { figures } = useHand();
  const { onward, dwell, visits, key, name } = numbers;
  const third = (layout.column - 2 * PAD) / 3;
  const told = [
    { of: "onward", value: figures.time(onward?.median_seconds ?? null), name: t("journeyMap.toNext") },
    { of: "dwelled", value: figures.time(dwell.median_seconds), name: t("journeyMap.dwell") },
    { of: "ended", value: figures.share(visits.bounce_rate), name: t("journeyMap.bounce") },
  ] as const;
  return told.map((one, place) => (
    <g key={one.of}>
      <Words x={PAD + place * third} y={y} size={10} colour="faint">
        {one.name}
      </Words>
      {one.value === "–" ? (
        <Words x={PAD + place * third} y={y + 14} size={11.5} colour="faint">
          {one.value}
        </Words>
      ) : (
        <Figure
          x={PAD + place * third}
          y={y + 14}
          size={11.5}
          cell={{ place: key, of: one.of, previous: false }}
          label={t("journeyMap.aria.of", { place: name, what: one.name, value: one.value })}
        >
          {one.value}
        </Figure>
      )}
    </g>
  ));
}
