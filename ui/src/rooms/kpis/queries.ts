// What do the pages of metrics read and change?
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";
import type { AskedPeople } from "./behindMetric";
import type { Frame, Unit } from "./frame";

export type Metric = Schemas["MetricBody"];
export type Answer = Schemas["KpiAnswer"];
export type Value = Schemas["KpiValue"];
export type Point = Schemas["KpiPoint"];
export type Compared = Schemas["KpiCompared"];
export type Goal = Schemas["KpiGoal"];
export type Part = Schemas["KpiPart"];
export type Reason = Schemas["KpiReason"];
export type Target = Schemas["KpiTarget"];

const BASE = "/api/workspaces/{workspace}/kpis";
type Days = Pick<Frame, "first" | "last" | "unit">;

export function metricsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "kpis", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace } }, signal })),
  });
}

export function boardQuery(workspace: string, { first, last, unit }: Days) {
  return queryOptions({
    queryKey: [workspace, "kpis", "board", first, last, unit],
    queryFn: ({ signal }) =>
      unwrap(api.POST(`${BASE}/board`, { params: { path: { workspace } }, body: { first_day: first, last_day: last, unit }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 300_000, // a board is dear to ask for
    retry: false,
  });
}

/** How a metric is broken down: by a column or property of events, or by segments. */
export interface Cut {
  readonly dimension?: Schemas["Dimension"];
  readonly segments?: string[];
}

export function answerQuery(workspace: string, metric: string, { first, last, unit }: Days, cut: Cut = {}, compare = true) {
  return queryOptions({
    queryKey: [workspace, "kpis", "one", metric, first, last, unit, cut, compare],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST(`${BASE}/{metric}`, {
          params: { path: { workspace, metric } },
          body: { first_day: first, last_day: last, unit, compare, ...cut },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: 120_000,
    retry: false,
  });
}

/** The people whom a value counts, or one group of its breakdown. */
export function peopleQuery(workspace: string, metric: string, { first, last, group }: AskedPeople, cut: Cut) {
  const part = group === null ? {} : { ...cut, group };
  return infiniteQueryOptions({
    queryKey: [workspace, "kpis", "people", metric, first, last, part],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.POST(`${BASE}/{metric}/people`, {
          params: { path: { workspace, metric } },
          // Only the whole of these days counts here; the longest unit keeps a long period within what the server takes.
          body: { first_day: first, last_day: last, unit: "month" as const, ...part, ...(pageParam ? { cursor: pageParam } : {}) },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 60_000,
  });
}

export function targetsQuery(workspace: string, metric: string) {
  return queryOptions({
    queryKey: [workspace, "kpis", "targets", metric],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{metric}/targets`, { params: { path: { workspace, metric } }, signal })),
  });
}

/** After any change here the values are read anew. */
export function useFreshMetrics(): () => Promise<unknown> {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: [workspace, "kpis"] }),
      client.invalidateQueries({ queryKey: [workspace, "guardrails"] }),
    ]);
}

export function useSetTarget(metric: string) {
  const { slug: workspace } = useWorkspace();
  const fresh = useFreshMetrics();
  return useMutation({
    mutationFn: (body: { readonly unit: Unit; readonly bucket: string; readonly value: number | null }) =>
      unwrap(api.PUT(`${BASE}/{metric}/targets`, { params: { path: { workspace, metric } }, body })),
    onSuccess: () => void fresh(),
  });
}

export function useSetUp(metric: string) {
  const { slug: workspace } = useWorkspace();
  const fresh = useFreshMetrics();
  return useMutation({
    mutationFn: (config: Record<string, unknown>) =>
      unwrap(api.PUT(`${BASE}/{metric}/setup`, { params: { path: { workspace, metric } }, body: { config } })),
    onSuccess: () => void fresh(),
  });
}
