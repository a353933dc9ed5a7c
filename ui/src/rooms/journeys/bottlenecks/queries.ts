// What does the finder answer, and how is it asked? One scan of a map; it may take a minute, so it runs when it is asked and not again.
import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import type { ReportAnswer } from "@/api/contract";
import { followed } from "@/parts/followed";
import type { Period } from "@/parts/period";
import type { Spec } from "../reports/spec";

export interface Side {
  readonly people: number;
  readonly onward: number;
  readonly rate: number;
  readonly interval: readonly [number, number];
}

/** A value of a dimension or tag, or a segment; value null: not set, or of a segment. */
export interface Slice {
  readonly kind: "column" | "property" | "tag" | "segment";
  readonly name: string;
  readonly value: string | null;
}

export interface DayCount {
  readonly day: string;
  readonly people: number;
  readonly onward: number;
}

export interface Finding {
  readonly kind: "change" | "difference";
  readonly step: number;
  readonly from: string;
  readonly to: string;
  /** Null: everybody. */
  readonly slice: Slice | null;
  readonly now: Side;
  readonly compared: Side;
  readonly difference: number;
  readonly interval: readonly [number, number];
  readonly z: number;
  readonly p: number;
  readonly q: number;
  readonly recoverable: {
    readonly people: number;
    readonly interval: readonly [number, number];
    readonly minor: number | null;
    readonly per_passage_minor: number | null;
  };
  readonly since: { readonly day: string; readonly earliest: string; readonly latest: string } | null;
  readonly series: readonly DayCount[];
  readonly warnings: readonly {
    readonly code: "small_sample" | "mix_shift" | "simpson";
    readonly kind?: Slice["kind"];
    readonly name?: string;
  }[];
  readonly echoes: readonly (Slice | null)[];
  readonly sentence: { readonly zh: string; readonly en: string };
  readonly cell: Readonly<Record<string, unknown>>;
}

export interface Axis {
  readonly kind: Slice["kind"];
  readonly name: string;
  readonly label_zh: string;
  readonly label_en: string;
  readonly values: readonly (string | null)[];
}

export interface Scan {
  readonly steps: readonly { readonly from: string; readonly to: string }[];
  readonly window_seconds: number;
  readonly currency: string;
  readonly before?: { readonly first_day: string; readonly last_day: string };
  readonly findings: readonly Finding[];
  readonly tests: number;
  readonly axes: readonly Axis[];
  readonly skipped: readonly { readonly kind: string; readonly name: string; readonly reason: string }[];
  /** Entries after this instant are not counted: their window has not passed yet. */
  readonly counted_until: string | null;
}

export const LEVELS = ["touchpoints", "stages"] as const;
export type Level = (typeof LEVELS)[number];
/** Of what is reported at most this share is chance. */
export const RATE = 0.05;

export type ScanSpec = Spec;

/** axes: by what is compared, where it differs from the usual. sample: in percent; null is everybody. */
export function specOf(map: string, period: Period, level: Level, axes: Spec, sample: number | null): ScanSpec {
  const days = { first_day: period.first, last_day: period.last };
  return { map, ...days, level, false_discovery_rate: RATE, ...axes, ...(sample === null ? {} : { sample_percent: sample }) };
}

export function scanQuery(workspace: string, spec: ScanSpec, version: number) {
  return queryOptions({
    queryKey: [workspace, "reports", "bottlenecks", version, JSON.stringify(spec)],
    queryFn: async ({ signal, client, queryKey }): Promise<ReportAnswer<Scan>> => {
      const params = { path: { workspace, name: "bottlenecks" } };
      return await followed(client, queryKey, () =>
        unwrap(api.POST("/api/workspaces/{workspace}/reports/{name}/progress", { params, body: { ...spec }, signal, parseAs: "stream" })),
      );
    },
    staleTime: Infinity,
    gcTime: 1_800_000,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
