// What does the report of a map answer? The shape of its data, which the API's document leaves open.
import type { Schemas } from "@/api/client";

export type JourneyMap = Schemas["MapBody"];
export type Drawing = JourneyMap["drawing"];
export type Unit = "day" | "week" | "month";

/** Who went on: to the next touchpoint, or to the next stage. */
export interface Onward {
  readonly to: string;
  readonly people: number;
  readonly lost: number;
  readonly conversion: number | null;
  readonly median_seconds: number | null;
}

export interface Bucket {
  readonly bucket: string;
  readonly events: number;
  readonly people: number;
}

export interface PlaceNumbers {
  readonly key: string;
  readonly name: string;
  readonly people: number;
  readonly events: number;
  readonly onward: Onward | null;
  readonly series: readonly Bucket[];
}

export interface PointNumbers extends PlaceNumbers {
  /** None: all. */
  readonly channels: readonly string[];
  readonly visits: { readonly visits: number; readonly ended: number; readonly bounce_rate: number | null };
  readonly dwell: { readonly touches: number; readonly median_seconds: number | null; readonly average_seconds: number | null };
}

export interface StageNumbers extends PlaceNumbers {
  readonly touchpoints: readonly PointNumbers[];
}

export interface Measured {
  readonly people: number;
  readonly stages: readonly StageNumbers[];
}

export interface JourneyAnswer {
  readonly map: string | null;
  readonly window_seconds: number;
  readonly unit: Unit;
  readonly period: Measured;
  readonly previous: Measured | null;
}
