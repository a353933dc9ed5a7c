// What does the page of a dry run read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useWorkspace } from "@/shell/workspace";
import type { Graph } from "./queries";

export type DryRun = Omit<Schemas["FlowDryRun"], "graph"> & { readonly graph: Graph };

const BASE = "/api/workspaces/{workspace}/flows/{key}/dry-run";

/** The dry run under way, or the last one; null for a flow that never had one. */
export function dryRunQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "flows", "dry-run", key],
    queryFn: async ({ signal }): Promise<DryRun | null> => {
      try {
        return (await unwrap(api.GET(BASE, { params: { path: { workspace, key } }, signal }))) as DryRun;
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: (query) => (query.state.data?.going ? 5_000 : false),
  });
}

export function useTurnDryRun(key: string) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  const params = { path: { workspace, key } };
  return useMutation({
    mutationFn: async ({ how, revision }: { readonly how: "start" | "end" | "launch"; readonly revision: number }): Promise<unknown> => {
      if (how === "start") return unwrap(api.POST(BASE, { params, body: { revision } }));
      if (how === "end") return unwrap(api.POST(`${BASE}/end`, { params }));
      return unwrap(api.POST(`${BASE}/launch`, { params, body: { policy: "pin" } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "flows"] }),
  });
}
