// What do the pages of models read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Model = Schemas["ModelBody"];
export type ModelVersion = Schemas["ModelVersionBody"];
export type Backtest = Schemas["BacktestBody"];
export type Run = Schemas["ModelRunBody"];
export type Template = Schemas["TemplateBody"];
export type Definition = Schemas["DefinitionBody"];
export type Score = Schemas["ScoreBody"];
export type Outlook = Schemas["OutlookList"];

const BASE = "/api/workspaces/{workspace}/models";
const RUNS = "/api/workspaces/{workspace}/model-runs";

export function modelsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "models", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace } }, signal })),
    refetchInterval: 30_000,
  });
}

export function modelQuery(workspace: string, model_key: string) {
  return queryOptions({
    queryKey: [workspace, "models", "one", model_key],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{model_key}`, { params: { path: { workspace, model_key } }, signal })),
  });
}

export function versionsQuery(workspace: string, model_key: string) {
  return queryOptions({
    queryKey: [workspace, "models", "one", model_key, "versions"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{model_key}/versions`, { params: { path: { workspace, model_key } }, signal })),
  });
}

export function templatesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "model-templates"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/workspaces/{workspace}/model-templates", { params: { path: { workspace } }, signal })),
    staleTime: Infinity, // they come with the program
  });
}

export function isLive(run: Run): boolean {
  return run.state === "queued" || run.state === "running";
}

/** Asked again every second while one is under way, or the first is about to begin. */
export function runsQuery(workspace: string, model: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "models", "runs", model],
    queryFn: ({ pageParam, signal }) => {
      const query = { model, limit: 20, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(RUNS, { params: { path: { workspace }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => {
      const items = query.state.data?.pages.flatMap((page) => page.items) ?? [];
      return items.length === 0 || items.some(isLive) ? 1_000 : 15_000;
    },
  });
}

/** Asked by the text of the definition: the same definition is the same question. */
export function outlookQuery(workspace: string, definition: string) {
  return queryOptions({
    queryKey: [workspace, "models", "outlook", definition],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST(`${BASE}/preview`, {
          params: { path: { workspace } },
          body: { definition: JSON.parse(definition) as Definition },
          signal,
        }),
      ),
    retry: false,
    staleTime: 60_000,
  });
}

export function scoreQuery(workspace: string, model_key: string, person_id: number) {
  return queryOptions({
    queryKey: [workspace, "person", person_id, "score", model_key],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${BASE}/{model_key}/people/{person_id}`, { params: { path: { workspace, model_key, person_id } }, signal })),
    retry: false,
  });
}

/** After a change all that is said of models, and the tags that they write, are read anew. */
function useRefreshed(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => {
    for (const key of ["models", "tags"]) void client.invalidateQueries({ queryKey: [workspace, key] });
  };
}

export function useCreateModel() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (body: Schemas["NewModelBody"]) => unwrap(api.POST(BASE, { params: { path: { workspace } }, body })),
    onSuccess: done,
  });
}

export function useChangeModel() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: ({ key, definition }: { readonly key: string; readonly definition: Definition }) =>
      unwrap(api.PUT(`${BASE}/{model_key}`, { params: { path: { workspace, model_key: key } }, body: { definition } })),
    onSuccess: done,
  });
}

export function useDeleteModel() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (key: string) => unwrap(api.DELETE(`${BASE}/{model_key}`, { params: { path: { workspace, model_key: key } } })),
    onSuccess: done,
  });
}

export function useStartRun() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: ({ key, kind }: { readonly key: string; readonly kind: Schemas["NewRunBody"]["kind"] }) =>
      unwrap(api.POST(`${BASE}/{model_key}/runs`, { params: { path: { workspace, model_key: key } }, body: { kind } })),
    onSuccess: done,
  });
}

export function useCancelRun() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (run_id: string) => unwrap(api.POST(`${RUNS}/{run_id}/cancel`, { params: { path: { workspace, run_id } } })),
    onSuccess: done,
  });
}

export function usePromote() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: ({ key, version, reason = "" }: { readonly key: string; readonly version: number; readonly reason?: string }) =>
      unwrap(
        api.POST(`${BASE}/{model_key}/versions/{version}/promote`, {
          params: { path: { workspace, model_key: key, version } },
          body: { reason },
        }),
      ),
    onSuccess: done,
  });
}

export function useRollBack() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (key: string) => unwrap(api.POST(`${BASE}/{model_key}/rollback`, { params: { path: { workspace, model_key: key } } })),
    onSuccess: done,
  });
}
