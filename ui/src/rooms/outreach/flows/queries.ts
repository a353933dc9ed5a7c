// What do the pages of flows read and change?
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

/** The server always says everything; what may be left out when it is sent is there when it is read. */
type Whole<T> = T extends readonly (infer E)[]
  ? Whole<E>[]
  : T extends object
    ? string extends keyof T
      ? T
      : { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }
    : T;

export type Flow = Whole<Schemas["FlowWhole"]>;
export type FlowLine = Schemas["FlowLine"];
export type Graph = Flow["graph"];
export type GraphNode = Graph["nodes"][number];
export type GraphEdge = Graph["edges"][number];
export type Entry = Graph["entry"];
export type Kind = Schemas["FlowKind"];
export type Recipe = Whole<Schemas["FlowRecipe"]>;
export type Problem = Schemas["FlowProblem"];
export type Report = Schemas["FlowReport"];
export type NodeCount = Report["nodes"][number];
export type Simulation = Schemas["SimulationBody"];
export type SimulationLine = Schemas["SimulationLine"];
export type SimulationJob = Omit<Schemas["SimulationJob"], "graph"> & { readonly graph: Graph };
export type Preview = Schemas["FlowPreview"];
export type Policy = NonNullable<Schemas["FlowPublish"]["policy"]>;
export type Version = Whole<Schemas["FlowVersion"]>;
export type Way = Schemas["FlowWay"];

const BASE = "/api/workspaces/{workspace}";

export function flowsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "flows", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/flows`, { params: { path: { workspace } }, signal })),
    refetchInterval: 15_000,
  });
}

export function flowQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "flows", "one", key],
    queryFn: async ({ signal }): Promise<Flow> =>
      (await unwrap(api.GET(`${BASE}/flows/{key}`, { params: { path: { workspace, key } }, signal }))) as Flow,
  });
}

export function kindsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "flow-kinds"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/flow-kinds`, { params: { path: { workspace } }, signal })),
    staleTime: Infinity,
  });
}

export function recipesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "flow-recipes"],
    queryFn: async ({ signal }): Promise<{ readonly items: readonly Recipe[] }> => {
      const found = await unwrap(api.GET(`${BASE}/flow-recipes`, { params: { path: { workspace } }, signal }));
      return { items: found.items as Recipe[] };
    },
    staleTime: Infinity,
  });
}

/** What is wrong with a graph; asked by its text, so that the same graph is the same question. */
export function checkQuery(workspace: string, graph: string) {
  return queryOptions({
    queryKey: [workspace, "flow-check", graph],
    queryFn: ({ signal }) => {
      const body = { graph: JSON.parse(graph) as Graph };
      return unwrap(api.POST(`${BASE}/flow-checks`, { params: { path: { workspace } }, body, signal }));
    },
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 30_000,
  });
}

export function reportQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "flows", "report", key],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/flows/{key}/report`, { params: { path: { workspace, key } }, signal })),
    refetchInterval: 5_000,
  });
}

export function versionsQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "flows", "versions", key],
    queryFn: async ({ signal }): Promise<{ readonly items: readonly Version[] }> => {
      const found = await unwrap(api.GET(`${BASE}/flows/{key}/versions`, { params: { path: { workspace, key } }, signal }));
      return { items: found.items as Version[] };
    },
  });
}

export function previewQuery(workspace: string, key: string, revision: number) {
  return queryOptions({
    queryKey: [workspace, "flows", "preview", key, revision],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/flows/{key}/preview`, { params: { path: { workspace, key } }, signal })),
    staleTime: 0,
  });
}

const SIMULATIONS = `${BASE}/flows/{key}/simulations` as const;

export function isGoing(one: { readonly state: SimulationLine["state"] } | undefined): boolean {
  return one?.state === "queued" || one?.state === "running";
}

/** The latest tries of a flow on history, the newest first. */
export function simulationsQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "flows", "simulations", key],
    queryFn: ({ signal }) => unwrap(api.GET(SIMULATIONS, { params: { path: { workspace, key } }, signal })),
    refetchInterval: (query) => (query.state.data?.items.some(isGoing) ? 2_000 : false),
  });
}

/** One try: how far it is, or what came of it. */
export function simulationQuery(workspace: string, key: string, simulation_id: string) {
  return queryOptions({
    queryKey: [workspace, "flows", "simulation", key, simulation_id],
    queryFn: async ({ signal }): Promise<SimulationJob> =>
      (await unwrap(
        api.GET(`${SIMULATIONS}/{simulation_id}`, { params: { path: { workspace, key, simulation_id } }, signal }),
      )) as SimulationJob,
    refetchInterval: (query) => (isGoing(query.state.data) ? 1_000 : false),
  });
}

export function useSimulate(key: string) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (days: number) => unwrap(api.POST(SIMULATIONS, { params: { path: { workspace, key } }, body: { days } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "flows", "simulations", key] }),
  });
}

export function useCancelSimulation(key: string) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (simulation_id: string) =>
      unwrap(api.POST(`${SIMULATIONS}/{simulation_id}/cancel`, { params: { path: { workspace, key, simulation_id } } })),
    onSuccess: (_, simulation_id) => {
      void client.invalidateQueries({ queryKey: [workspace, "flows", "simulations", key] });
      void client.invalidateQueries({ queryKey: [workspace, "flows", "simulation", key, simulation_id] });
    },
  });
}

export function standingQuery(workspace: string, key: string, node: string) {
  return queryOptions({
    queryKey: [workspace, "flows", "people", key, node],
    queryFn: ({ signal }) => {
      const query = { node, limit: 20 };
      return unwrap(api.GET(`${BASE}/flows/{key}/people`, { params: { path: { workspace, key }, query }, signal }));
    },
  });
}

export function personFlowsQuery(workspace: string, person_id: number) {
  return queryOptions({
    queryKey: [workspace, "flows", "person", person_id],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/people/{person_id}/flows`, { params: { path: { workspace, person_id } }, signal })),
  });
}

function useFresh(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: [workspace, "flows"] });
}

export interface Saved {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly graph: Graph;
  /** The recipe that it begins as: its templates are made too. */
  readonly recipe?: string;
  readonly language?: "zh" | "en";
  readonly revision: number | null;
}

export function useSaveFlow() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: ({ key, ...body }: Saved) => unwrap(api.PUT(`${BASE}/flows/{key}`, { params: { path: { workspace, key } }, body })),
    onSuccess: fresh,
  });
}

export function usePublishFlow() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: ({ key, ...body }: Schemas["FlowPublish"] & { readonly key: string }) =>
      unwrap(api.POST(`${BASE}/flows/{key}/publish`, { params: { path: { workspace, key } }, body })),
    onSuccess: fresh,
  });
}

/** Hold a flow, let it go on, end it, or put it away. */
export type Turn =
  | { readonly do: "pause" }
  | { readonly do: "archive" }
  | { readonly do: "resume"; readonly overdue: "continue" | "leave" }
  | { readonly do: "stop"; readonly inside: "finish" | "leave" };

export function useTurnFlow(key: string) {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  const params = { path: { workspace, key } };
  return useMutation({
    mutationFn: async (turn: Turn): Promise<void> => {
      switch (turn.do) {
        case "pause":
          await unwrap(api.POST(`${BASE}/flows/{key}/pause`, { params }));
          break;
        case "resume":
          await unwrap(api.POST(`${BASE}/flows/{key}/resume`, { params, body: { overdue: turn.overdue } }));
          break;
        case "stop":
          await unwrap(api.POST(`${BASE}/flows/{key}/stop`, { params, body: { inside: turn.inside } }));
          break;
        default:
          await unwrap(api.DELETE(`${BASE}/flows/{key}`, { params }));
      }
    },
    onSuccess: fresh,
  });
}
