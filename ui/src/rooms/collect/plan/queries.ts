// What does the tracking plan page read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import type { Plan, SavedPlan } from "@/api/contract";
import { useWorkspace } from "@/shell/workspace";

/** The document calls a field optional where a request may leave it out; an answer always has it. */
function complete(answer: Schemas["PlanAnswer"]): SavedPlan {
  return answer as SavedPlan;
}

export function planQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "plan", "current"],
    queryFn: async ({ signal }) =>
      complete(await unwrap(api.GET("/api/workspaces/{workspace}/plan", { params: { path: { workspace } }, signal }))),
  });
}

export function violationsQuery(workspace: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "plan", "violations"],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/workspaces/{workspace}/plan/violations", {
          params: { path: { workspace }, query: { days: 30, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function planVersionsQuery(workspace: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "plan", "versions"],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/workspaces/{workspace}/plan/versions", {
          params: { path: { workspace }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function planChangesQuery(workspace: string, before: number, after: number) {
  return queryOptions({
    queryKey: [workspace, "plan", "changes", before, after],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/plan/changes", { params: { path: { workspace }, query: { before, after } }, signal })),
    staleTime: Infinity, // versions never change
  });
}

/** Reads a version as it was saved, to put it in force again. */
export function useReadVersion() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: async (version: number) =>
      complete(await unwrap(api.GET("/api/workspaces/{workspace}/plan/versions/{version}", { params: { path: { workspace, version } } }))),
  });
}

/** Saves a plan that was made from version `base`; refused when somebody else saved another one meanwhile. */
export function useSavePlan() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ plan, base }: { plan: Plan; base: number }) => {
      const { mode, unknown_events, unknown_properties, events, traits } = plan;
      const body = { mode, unknown_events, unknown_properties, events, traits, base_version: base } as Schemas["NewPlanBody"];
      return complete(await unwrap(api.PUT("/api/workspaces/{workspace}/plan", { params: { path: { workspace } }, body })));
    },
    onSuccess: (saved) => {
      client.setQueryData(planQuery(workspace).queryKey, saved);
      void client.invalidateQueries({ queryKey: planVersionsQuery(workspace).queryKey });
      void client.invalidateQueries({ queryKey: [workspace, "audit"] });
    },
    onError: () => client.invalidateQueries({ queryKey: planQuery(workspace).queryKey }),
  });
}

export function useDraft() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/workspaces/{workspace}/plan/draft", { params: { path: { workspace } }, body: { days: 400 } })),
  });
}
