// What do the pages of experiments read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type TrialLine = Schemas["TrialLine"];
export type TrialArm = Schemas["TrialArm"];
export type TrialMetric = Required<Schemas["TrialMetric"]>;
/** What the server says is whole, also where a request may leave something out. */
export type TrialSpec = Required<Omit<Schemas["TrialSpec"], "metrics" | "exposure">> & {
  readonly metrics: readonly TrialMetric[];
  readonly exposure: Required<Schemas["TrialExposure"]>;
};
export type Trial = Omit<Schemas["TrialWhole"], "spec"> & { readonly spec: TrialSpec };
export type TrialResults = Schemas["TrialResults"];
export type TrialMetricResult = Schemas["TrialMetricResult"];
export type TrialCompared = Schemas["TrialCompared"];
export type TrialPlanned = Schemas["TrialPlanned"];
export type TrialProof = Schemas["TrialProof"];
export type TrialSource = Schemas["TrialSourceLine"];
export type TrialState = Schemas["TrialTurn"]["state"];

const BASE = "/api/workspaces/{workspace}";

function sent(spec: TrialSpec): Schemas["TrialSpec"] {
  return { ...spec, metrics: [...spec.metrics], arms: [...spec.arms] };
}

export function trialsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "trials", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/experiments`, { params: { path: { workspace } }, signal })),
  });
}

export function trialQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "trials", "one", key],
    queryFn: async ({ signal }): Promise<Trial> =>
      (await unwrap(api.GET(`${BASE}/experiments/{key}`, { params: { path: { workspace, key } }, signal }))) as Trial,
  });
}

export function resultsQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "trials", "results", key],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/experiments/{key}/results`, { params: { path: { workspace, key } }, signal })),
  });
}

export function dailyQuery(workspace: string, key: string, metric: string) {
  return queryOptions({
    queryKey: [workspace, "trials", "daily", key, metric],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${BASE}/experiments/{key}/daily`, { params: { path: { workspace, key }, query: { metric } }, signal })),
  });
}

export function groupsQuery(workspace: string, key: string, metric: string, trait: string) {
  return queryOptions({
    queryKey: [workspace, "trials", "groups", key, metric, trait],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${BASE}/experiments/{key}/groups`, { params: { path: { workspace, key }, query: { metric, trait } }, signal })),
  });
}

export function wearQuery(workspace: string, key: string, metric: string) {
  return queryOptions({
    queryKey: [workspace, "trials", "wear", key, metric],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${BASE}/experiments/{key}/wear`, { params: { path: { workspace, key }, query: { metric } }, signal })),
  });
}

export function ranksQuery(workspace: string, key: string, metric: string) {
  return queryOptions({
    queryKey: [workspace, "trials", "ranks", key, metric],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${BASE}/experiments/{key}/ranks`, { params: { path: { workspace, key }, query: { metric } }, signal })),
  });
}

/** What parts people already and tells exposures. */
export function sourcesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "trials", "sources"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/experiment-sources`, { params: { path: { workspace } }, signal })),
  });
}

/** The people of an arm; "" those who were seen in several. */
export function armQuery(workspace: string, key: string, arm: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "trials", "people", key, arm],
    queryFn: ({ pageParam, signal }) => {
      const query = { arm, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${BASE}/experiments/{key}/people`, { params: { path: { workspace, key }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

interface Saved {
  readonly key: string;
  readonly name: string;
  readonly spec: TrialSpec;
  readonly base_version: number;
}

export function useSaveTrial() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, spec, ...said }: Saved) =>
      unwrap(api.PUT(`${BASE}/experiments/{key}`, { params: { path: { workspace, key } }, body: { ...said, spec: sent(spec) } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "trials"] }),
  });
}

export function useTurnTrial(key: string) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { readonly state: TrialState; readonly arm?: string; readonly why?: string }) =>
      unwrap(api.POST(`${BASE}/experiments/{key}/state`, { params: { path: { workspace, key } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "trials"] }),
  });
}

interface Asked {
  readonly spec: TrialSpec;
  /** What will expose people; null for any event. */
  readonly entry: string | null;
  readonly traffic: number;
}

export function usePlanTrial() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: ({ spec, entry, traffic }: Asked) =>
      unwrap(
        api.POST(`${BASE}/experiment-plans`, {
          params: { path: { workspace } },
          body: { spec: sent(spec), entry: { event: entry }, traffic_percent: traffic },
        }),
      ),
  });
}

export function useProveTrial() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: ({ spec, entry }: Asked) =>
      unwrap(
        api.POST(`${BASE}/experiment-proofs`, { params: { path: { workspace } }, body: { spec: sent(spec), entry: { event: entry } } }),
      ),
  });
}
