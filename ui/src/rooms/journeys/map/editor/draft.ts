// How is a map changed while it is drawn? Pure steps from one draft to the next; nothing is saved here.
import type { Drawing } from "../contract";

type SavedPoint = NonNullable<Drawing["stages"][number]["touchpoints"]>[number];
export type TouchEvent = SavedPoint["events"][number];

export interface DraftPoint {
  readonly key: string;
  readonly name: string;
  readonly events: readonly TouchEvent[];
  /** None: all. */
  readonly channels: readonly string[];
}

export interface DraftStage {
  readonly key: string;
  readonly name: string;
  readonly points: readonly DraftPoint[];
}

export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly windowSeconds: number;
  readonly stages: readonly DraftStage[];
}

export const MAX_STAGES = 10;
export const MAX_POINTS = 24;
const WEEK = 604_800;

export function readDraft({ name, description, drawing }: { name: string; description: string; drawing: Drawing }): Draft {
  return {
    name,
    description,
    windowSeconds: drawing.window_seconds ?? WEEK,
    stages: drawing.stages.map((stage) => ({
      key: stage.key,
      name: stage.name,
      points: (stage.touchpoints ?? []).map((point) => ({
        key: point.key,
        name: point.name,
        events: point.events,
        channels: point.channels ?? [],
      })),
    })),
  };
}

export function drawingOf({ stages, windowSeconds }: Draft): Drawing {
  return {
    window_seconds: windowSeconds,
    stages: stages.map(({ key, name, points }) => ({
      key,
      name: name.trim(),
      touchpoints: points.map((point) => ({
        key: point.key,
        name: point.name.trim(),
        // An answer says null for what was left out; a request leaves it out.
        events: point.events.map(({ event, filter }) => ({ ...(event == null ? {} : { event }), ...(filter == null ? {} : { filter }) })),
        channels: [...point.channels],
      })),
    })),
  };
}

/** The five usual stages by their names, without touchpoints. */
export function blankDraft(names: readonly { readonly key: string; readonly name: string }[]): Draft {
  return { name: "", description: "", windowSeconds: WEEK, stages: names.map((stage) => ({ ...stage, points: [] })) };
}

export function pointsOf(draft: Draft): readonly DraftPoint[] {
  return draft.stages.flatMap((stage) => stage.points);
}

/** The first of `stage_1`, `stage_2` … that is no key yet. */
function freeKey(draft: Draft, start: string): string {
  const taken = new Set(draft.stages.flatMap((stage) => [stage.key, ...stage.points.map((point) => point.key)]));
  for (let n = 1; ; n += 1) if (!taken.has(`${start}_${n}`)) return `${start}_${n}`;
}

export function addStage(draft: Draft, name: string): Draft {
  if (draft.stages.length >= MAX_STAGES) return draft;
  return { ...draft, stages: [...draft.stages, { key: freeKey(draft, "stage"), name, points: [] }] };
}

export function setStage(draft: Draft, key: string, change: (stage: DraftStage) => DraftStage): Draft {
  return { ...draft, stages: draft.stages.map((stage) => (stage.key === key ? change(stage) : stage)) };
}

export function removeStage(draft: Draft, key: string): Draft {
  return { ...draft, stages: draft.stages.filter((stage) => stage.key !== key) };
}

function moved<T>(items: readonly T[], from: number, to: number): readonly T[] {
  if (from < 0 || to < 0 || to >= items.length) return items;
  const rest = items.filter((_, place) => place !== from);
  const [one] = items.slice(from, from + 1);
  return one === undefined ? items : [...rest.slice(0, to), one, ...rest.slice(to)];
}

export function moveStage(draft: Draft, key: string, by: -1 | 1): Draft {
  const from = draft.stages.findIndex((stage) => stage.key === key);
  return { ...draft, stages: moved(draft.stages, from, from + by) };
}

export function addPoint(draft: Draft, stage: string): Draft {
  if (pointsOf(draft).length >= MAX_POINTS) return draft;
  const point: DraftPoint = { key: freeKey(draft, "point"), name: "", events: [], channels: [] };
  return setStage(draft, stage, (one) => ({ ...one, points: [...one.points, point] }));
}

export function setPoint(draft: Draft, key: string, change: Partial<DraftPoint>): Draft {
  return {
    ...draft,
    stages: draft.stages.map((stage) => ({
      ...stage,
      points: stage.points.map((point) => (point.key === key ? { ...point, ...change, key } : point)),
    })),
  };
}

export function removePoint(draft: Draft, key: string): Draft {
  return { ...draft, stages: draft.stages.map((stage) => ({ ...stage, points: stage.points.filter((point) => point.key !== key) })) };
}

/** Up or down within its stage. */
export function movePoint(draft: Draft, key: string, by: -1 | 1): Draft {
  return {
    ...draft,
    stages: draft.stages.map((stage) => {
      const from = stage.points.findIndex((point) => point.key === key);
      return from === -1 ? stage : { ...stage, points: moved(stage.points, from, from + by) };
    }),
  };
}

/** To the end of another stage, or before one of its touchpoints. */
export function putPoint(draft: Draft, key: string, stage: string, before: string | null = null): Draft {
  const point = pointsOf(draft).find((one) => one.key === key);
  if (!point || key === before) return draft;
  return setStage(removePoint(draft, key), stage, (one) => {
    const place = one.points.findIndex((other) => other.key === before);
    const at = place === -1 ? one.points.length : place;
    return { ...one, points: [...one.points.slice(0, at), point, ...one.points.slice(at)] };
  });
}

/** The touchpoint bound to these names: what was said of a name stays with it, new names count without a condition. */
export function bind(events: readonly TouchEvent[], names: readonly string[]): readonly TouchEvent[] {
  const kept = events.filter((one) => one.event == null || names.includes(one.event));
  const known = new Set(kept.map((one) => one.event));
  return [...kept, ...names.filter((name) => !known.has(name)).map((event) => ({ event }))];
}

/** One of the events counts only where it meets a filter; without one, always. */
export function narrow(events: readonly TouchEvent[], place: number, filter: TouchEvent["filter"]): readonly TouchEvent[] {
  return events.map((one, at) => {
    if (at !== place) return one;
    const named = one.event == null ? {} : { event: one.event };
    return filter == null ? named : { ...named, filter };
  });
}

export type Lack = "name" | "stages" | "stageName" | "pointName" | "events";

/** What is missing before it can be saved: the kind, and the key of the stage or touchpoint ("" for the map). */
export function lacksOf(draft: Draft): readonly { readonly kind: Lack; readonly key: string }[] {
  return [
    ...(draft.name.trim() === "" ? [{ kind: "name" as const, key: "" }] : []),
    ...(draft.stages.length === 0 ? [{ kind: "stages" as const, key: "" }] : []),
    ...draft.stages.filter((stage) => stage.name.trim() === "").map(({ key }) => ({ kind: "stageName" as const, key })),
    ...pointsOf(draft)
      .filter((point) => point.name.trim() === "")
      .map(({ key }) => ({ kind: "pointName" as const, key })),
    ...pointsOf(draft)
      .filter((point) => point.events.length === 0)
      .map(({ key }) => ({ kind: "events" as const, key })),
  ];
}
