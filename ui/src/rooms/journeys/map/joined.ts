// What is on the picture of a map? The numbers of its places, joined with those of the stretch before.
import type { JourneyAnswer, PlaceNumbers, PointNumbers } from "./contract";

interface Place<N extends PlaceNumbers> {
  readonly numbers: N;
  /** People of the stretch before; null where there is nothing to compare with. */
  readonly before: number | null;
}

export type Point = Place<PointNumbers>;

export interface Stage extends Place<PlaceNumbers> {
  readonly points: readonly Point[];
}

export interface PictureOfMap {
  readonly people: number;
  readonly windowSeconds: number;
  readonly stages: readonly Stage[];
}

export function pictureOf({ period, previous, window_seconds }: JourneyAnswer): PictureOfMap {
  const past = new Map<string, number>();
  for (const stage of previous?.stages ?? []) {
    past.set(stage.key, stage.people);
    for (const point of stage.touchpoints) past.set(point.key, point.people);
  }
  return {
    people: period.people,
    windowSeconds: window_seconds,
    stages: period.stages.map((stage) => ({
      numbers: stage,
      before: past.get(stage.key) ?? null,
      points: stage.touchpoints.map((point) => ({
        numbers: point,
        before: past.get(point.key) ?? null,
      })),
    })),
  };
}

const OWN_COLOUR = ["awareness", "use", "conversion", "retention", "advocacy"];

/** Place of a stage's colour among those of the palette: the five usual stages have their own, others take them in turn. */
export function colourOf(key: string, place: number): number {
  const own = OWN_COLOUR.indexOf(key);
  return own === -1 ? place : own;
}

/** How the number moved against the stretch before, as a share; null where there was none. */
export function changeOf(now: number, before: number | null): number | null {
  return before ? now / before - 1 : null;
}
