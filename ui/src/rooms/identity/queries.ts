// What do the merge pages read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import type { Merge, PersonId } from "@/api/contract";
import { useWorkspace } from "@/shell/workspace";

export type MergeState = Merge["state"];
export type Rules = Schemas["RulesBody"];

export function rulesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "identity-rules"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/workspaces/{workspace}/identity-rules", { params: { path: { workspace } }, signal })),
  });
}

export function junkQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "identity-rules", "junk"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/identity-rules/junk", { params: { path: { workspace } }, signal })),
    staleTime: Infinity,
  });
}

export function usePreviewRules() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: (body: Rules) =>
      unwrap(api.POST("/api/workspaces/{workspace}/identity-rules/preview", { params: { path: { workspace } }, body })),
  });
}

export function useSaveRules() {
  const { slug: workspace } = useWorkspace();
  const onSuccess = useEverythingAnew();
  return useMutation({
    mutationFn: (body: Rules) => unwrap(api.PUT("/api/workspaces/{workspace}/identity-rules", { params: { path: { workspace } }, body })),
    onSuccess,
  });
}

export function mergesQuery(workspace: string, asked: { readonly person?: number; readonly state?: MergeState | "" }) {
  return infiniteQueryOptions({
    queryKey: [workspace, "merges", asked],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: 50,
        ...(asked.person === undefined ? {} : { person_id: asked.person }),
        ...(asked.state ? { state: asked.state } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return unwrap(api.GET("/api/workspaces/{workspace}/merges", { params: { path: { workspace }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export interface Pair {
  readonly a: PersonId;
  readonly b: PersonId;
}

function joining({ a, b }: Pair): Schemas["Joining"] {
  return { a: { kind: a.kind, value: a.value }, b: { kind: b.kind, value: b.value } };
}

export function previewQuery(workspace: string, pair: Pair) {
  return queryOptions({
    queryKey: [workspace, "merge-preview", pair],
    queryFn: ({ signal }) =>
      unwrap(api.POST("/api/workspaces/{workspace}/merges/preview", { params: { path: { workspace } }, body: joining(pair), signal })),
    staleTime: 0,
  });
}

/** A merge or an undo changes people, timelines and every report: all that was read of this workspace is read again. */
function useEverythingAnew(): () => Promise<void> {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: [slug] });
}

export function useMerge() {
  const { slug: workspace } = useWorkspace();
  const onSuccess = useEverythingAnew();
  return useMutation({
    mutationFn: (pair: Pair) =>
      unwrap(api.POST("/api/workspaces/{workspace}/merges", { params: { path: { workspace } }, body: joining(pair) })),
    onSuccess,
  });
}

export function useUndoMerge() {
  const { slug: workspace } = useWorkspace();
  const onSuccess = useEverythingAnew();
  return useMutation({
    mutationFn: (merge_id: string) =>
      unwrap(api.POST("/api/workspaces/{workspace}/merges/{merge_id}/undo", { params: { path: { workspace, merge_id } } })),
    onSuccess,
  });
}

export function useRedoMerge() {
  const { slug: workspace } = useWorkspace();
  const onSuccess = useEverythingAnew();
  return useMutation({
    mutationFn: (merge_id: string) =>
      unwrap(api.POST("/api/workspaces/{workspace}/merges/{merge_id}/redo", { params: { path: { workspace, merge_id } } })),
    onSuccess,
  });
}
