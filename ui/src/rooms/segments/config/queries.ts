// What does the page of definitions as documents read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Plan = Schemas["ConfigPlanBody"];
export type Change = Schemas["ConfigChangeBody"];
export type FieldChange = Schemas["FieldChangeBody"];
export type Problem = Schemas["ConfigProblemBody"];

const BASE = "/api/workspaces/{workspace}/config";

export interface Documents {
  readonly documents: Record<string, unknown>[];
  readonly prune: boolean;
}

export function configQuery(workspace: string, standard: boolean) {
  return queryOptions({
    queryKey: [workspace, "config", standard],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace }, query: { standard } }, signal })),
    staleTime: 0,
  });
}

export function usePlanConfig() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: (body: Documents) => unwrap(api.POST(`${BASE}/plan`, { params: { path: { workspace } }, body })),
  });
}

export function useApplyConfig() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Documents & { readonly fingerprint: string; readonly note: string }) =>
      unwrap(api.POST(`${BASE}/apply`, { params: { path: { workspace } }, body })),
    onSuccess: () => {
      for (const what of ["config", "segments", "tags", "plan", "flows", "campaigns", "templates"])
        void client.invalidateQueries({ queryKey: [workspace, what] });
    },
  });
}
