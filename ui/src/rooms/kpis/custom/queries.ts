// What do metrics by formula read and change?
import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";
import { useFreshMetrics } from "../queries";

export type Spec = Schemas["CustomSpec"];
export type Version = Schemas["CustomMetricVersion"];

const BASE = "/api/workspaces/{workspace}/custom-metrics";

export function versionsQuery(workspace: string, metric: string) {
  return queryOptions({
    queryKey: [workspace, "kpis", "versions", metric],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{metric}/versions`, { params: { path: { workspace, metric } }, signal })),
  });
}

/** The document leaves the spec of a version open; it is what was saved. */
export function specOf(version: Version): Spec {
  return version.spec as unknown as Spec;
}

/** What a formula would say; asked by the text of the question. */
export function trialQuery(workspace: string, question: string) {
  return queryOptions({
    queryKey: [workspace, "kpis", "trial", question],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST(`${BASE}/try`, { params: { path: { workspace } }, body: JSON.parse(question) as Schemas["CustomMetricTrial"], signal }),
      ),
    staleTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

export interface Save {
  readonly key: string;
  readonly spec: Spec;
  /** The version that was edited, 0 for a new metric. */
  readonly base: number;
}

export function useSaveMetric() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFreshMetrics();
  return useMutation({
    mutationFn: ({ key, spec, base }: Save) =>
      unwrap(api.PUT(`${BASE}/{metric}`, { params: { path: { workspace, metric: key } }, body: { spec, base_version: base } })),
    onSuccess: () => fresh(),
  });
}

export function useArchiveMetric() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFreshMetrics();
  return useMutation({
    mutationFn: (metric: string) => unwrap(api.DELETE(`${BASE}/{metric}`, { params: { path: { workspace, metric } } })),
    onSuccess: () => fresh(),
  });
}
