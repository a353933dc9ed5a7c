// Which number of a map is opened? One word in the address stands for the cell that the API takes.
import type { Drawing } from "./contract";
import type { PictureOfMap } from "./joined";

export const OFS = ["people", "onward", "lost", "ended", "dwelled"] as const;
export type Of = (typeof OFS)[number];

export interface MapCell {
  /** Key of a stage or a touchpoint; "" is the whole map. */
  readonly place: string;
  readonly of: Of;
  /** Of the stretch before. */
  readonly previous: boolean;
}

export function wordOf({ place, of, previous }: MapCell): string {
  return [place, of, ...(previous ? ["previous"] : [])].join(".");
}

/** Null for what names no place of the map. */
export function cellOf(word: string, drawing: Drawing): MapCell | null {
  const [place = "", given, last] = word.split(".");
  const of = OFS.find((each) => each === given);
  const known = place === "" || isStage(place, drawing) || drawing.stages.some((one) => one.touchpoints?.some(({ key }) => key === place));
  return of && known ? { place, of, previous: last === "previous" } : null;
}

function isStage(key: string, drawing: Drawing): boolean {
  return drawing.stages.some((stage) => stage.key === key);
}

/** As the API takes it. */
export function bodyOf({ place, of, previous }: MapCell, drawing: Drawing): Record<string, unknown> {
  const where = place === "" ? {} : isStage(place, drawing) ? { stage: place } : { touchpoint: place };
  return { ...where, of, ...(previous ? { previous } : {}) };
}

/** The same from the picture alone, worded as the tables of the report word it. */
export function cellIn({ place, of, previous }: MapCell, { stages }: PictureOfMap): Record<string, string | boolean> {
  const where = stages.some(({ numbers }) => numbers.key === place) ? { stage: place } : { touchpoint: place };
  return { ...where, ...(of === "people" ? {} : { of }), ...(previous ? { previous } : {}) };
}

export function nameOf(place: string, drawing: Drawing): string {
  const parts = drawing.stages.flatMap((stage) => [stage, ...(stage.touchpoints ?? [])]);
  return parts.find(({ key }) => key === place)?.name ?? "";
}
