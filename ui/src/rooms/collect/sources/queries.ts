// What do the pages of SQL sources read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Source = Schemas["SourceAnswer"];
export type SourceBody = Schemas["SourceBody"];

export function sourcesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "sources"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/workspaces/{workspace}/sources", { params: { path: { workspace } }, signal })),
  });
}

export function kindsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "source-kinds"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/workspaces/{workspace}/source-kinds", { params: { path: { workspace } }, signal })),
    staleTime: Infinity,
  });
}

export function useSaveSource(source_id: string | null) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SourceBody) =>
      unwrap(
        source_id === null
          ? api.POST("/api/workspaces/{workspace}/sources", { params: { path: { workspace } }, body })
          : api.PUT("/api/workspaces/{workspace}/sources/{source_id}", { params: { path: { workspace, source_id } }, body }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace] }),
  });
}

export function useRemoveSource() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (source_id: string) =>
      unwrap(api.DELETE("/api/workspaces/{workspace}/sources/{source_id}", { params: { path: { workspace, source_id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "sources"] }),
  });
}

export function useRunSource() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (source_id: string) =>
      unwrap(api.POST("/api/workspaces/{workspace}/sources/{source_id}/run", { params: { path: { workspace, source_id } } })),
    onSuccess: () => Promise.all(["imports", "sources"].map((each) => client.invalidateQueries({ queryKey: [workspace, each] }))),
  });
}

/** Asks the database itself which columns a table or a query has. */
export function useLook() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: (body: Schemas["LookBody"]) =>
      unwrap(api.POST("/api/workspaces/{workspace}/sources/columns", { params: { path: { workspace } }, body })),
  });
}

/** Tries a saved source by its id, or one that is not saved yet by its body. */
export function useTrySource() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: (what: string | SourceBody) =>
      unwrap(
        typeof what === "string"
          ? api.POST("/api/workspaces/{workspace}/sources/{source_id}/test", { params: { path: { workspace, source_id: what } } })
          : api.POST("/api/workspaces/{workspace}/sources/test", { params: { path: { workspace } }, body: what }),
      ),
  });
}
