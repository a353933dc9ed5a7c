// What do the import pages read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Run = Schemas["RunBody"];
export type File = Schemas["FileBody"];

const LIVE = new Set<Run["state"]>(["queued", "running"]);

/** True while its numbers may still change. */
export function isMoving(run: Run): boolean {
  return LIVE.has(run.state) || (run.state === "done" && !run.queryable);
}

export function runsQuery(workspace: string, source_id?: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "imports", "list", source_id ?? ""],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/workspaces/{workspace}/imports", {
          params: {
            path: { workspace },
            query: { limit: 30, ...(source_id ? { source_id } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => (query.state.data?.pages[0]?.items.some(isMoving) ? 1500 : false),
  });
}

export function runQuery(workspace: string, import_id: string) {
  return queryOptions({
    queryKey: [workspace, "imports", import_id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/imports/{import_id}", { params: { path: { workspace, import_id } }, signal })),
    refetchInterval: (query) => (query.state.data && isMoving(query.state.data) ? 800 : false),
  });
}

export function filesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "files", "list"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/files", { params: { path: { workspace }, query: { limit: 8 } }, signal })),
  });
}

export function fileQuery(workspace: string, file_id: string) {
  return queryOptions({
    queryKey: [workspace, "files", file_id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/files/{file_id}", { params: { path: { workspace, file_id } }, signal })),
    staleTime: Infinity,
  });
}

export function mappingsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "mappings"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/mappings", { params: { path: { workspace }, query: { limit: 200 } }, signal })),
  });
}

export function useInspect(file_id: string) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["ReadOptions"]) =>
      unwrap(api.POST("/api/workspaces/{workspace}/files/{file_id}/inspect", { params: { path: { workspace, file_id } }, body })),
    onSuccess: (file) => client.setQueryData(fileQuery(workspace, file_id).queryKey, file),
  });
}

export function useSaveMapping() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["SavedMapping"]) =>
      unwrap(api.POST("/api/workspaces/{workspace}/mappings", { params: { path: { workspace } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "mappings"] }),
  });
}

export function useDryRun() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: (body: Schemas["DryRunBody"]) =>
      unwrap(api.POST("/api/workspaces/{workspace}/imports/dry-run", { params: { path: { workspace } }, body })),
  });
}

export function useStartImport() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["NewImportBody"]) =>
      unwrap(api.POST("/api/workspaces/{workspace}/imports", { params: { path: { workspace } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "imports"] }),
  });
}

export function useSteer(import_id: string) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (what: "pause" | "resume" | "cancel") => {
      const init = { params: { path: { workspace, import_id } } };
      if (what === "pause") return unwrap(api.POST("/api/workspaces/{workspace}/imports/{import_id}/pause", init));
      if (what === "resume") return unwrap(api.POST("/api/workspaces/{workspace}/imports/{import_id}/resume", init));
      return unwrap(api.POST("/api/workspaces/{workspace}/imports/{import_id}/cancel", init));
    },
    onSettled: () => client.invalidateQueries({ queryKey: [workspace, "imports"] }),
  });
}
