// What do the merge pages read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { later } from "@/api/client";
import type { Merge, MergePreview, Page, PersonId } from "@/api/contract";
import { useWorkspace } from "@/shell/workspace";

export type MergeState = Merge["state"];

export function mergesQuery(workspace: string, asked: { readonly person?: number; readonly state?: MergeState | "" }) {
  return infiniteQueryOptions({
    queryKey: [workspace, "merges", asked],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams();
      if (asked.person !== undefined) query.set("person_id", String(asked.person));
      if (asked.state) query.set("state", asked.state);
      if (pageParam) query.set("cursor", pageParam);
      return later<Page<Merge>>("GET", `/api/workspaces/${workspace}/merges?${query.toString()}`, undefined, signal);
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export interface Pair {
  readonly a: PersonId;
  readonly b: PersonId;
}

export function previewQuery(workspace: string, pair: Pair) {
  return queryOptions({
    queryKey: [workspace, "merge-preview", pair],
    queryFn: ({ signal }) => later<MergePreview>("POST", `/api/workspaces/${workspace}/merges/preview`, pair, signal),
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
  const { slug } = useWorkspace();
  const anew = useEverythingAnew();
  return useMutation({
    mutationFn: (pair: Pair) => later<Merge>("POST", `/api/workspaces/${slug}/merges`, pair),
    onSuccess: anew,
  });
}

export function useUndoMerge() {
  const { slug } = useWorkspace();
  const anew = useEverythingAnew();
  return useMutation({
    mutationFn: (merge_id: string) => later("POST", `/api/workspaces/${slug}/merges/${encodeURIComponent(merge_id)}/undo`, {}),
    onSuccess: anew,
  });
}
