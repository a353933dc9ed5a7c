// What do the pages of uploaded lists read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type PeopleList = Schemas["ListBody"];
export type ListUpload = Schemas["UploadBody"];
export type UploadReport = Schemas["ReportBody"];

/** True while its numbers may still change. */
export function isMoving(one: { readonly state: ListUpload["state"] }): boolean {
  return one.state === "queued" || one.state === "running";
}

const BASE = "/api/workspaces/{workspace}/lists";

export function listsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "lists", "all"],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace } }, signal })),
  });
}

export function listQuery(workspace: string, list_id: number) {
  return queryOptions({
    queryKey: [workspace, "lists", "one", list_id],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{list_id}`, { params: { path: { workspace, list_id } }, signal })),
  });
}

export function uploadsQuery(workspace: string, list_id: number) {
  return infiniteQueryOptions({
    queryKey: [workspace, "lists", "one", list_id, "uploads"],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${BASE}/{list_id}/uploads`, { params: { path: { workspace, list_id }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(isMoving)) ? 1_000 : false),
  });
}

export function useCreateList() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["ListDraft"]) => unwrap(api.POST(BASE, { params: { path: { workspace } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "lists"] }),
  });
}

export function useRenameList() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ list_id, ...body }: Schemas["ListChange"] & { readonly list_id: number }) =>
      unwrap(api.PATCH(`${BASE}/{list_id}`, { params: { path: { workspace, list_id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "lists"] }),
  });
}

export function useDeleteList() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (list_id: number) => unwrap(api.DELETE(`${BASE}/{list_id}`, { params: { path: { workspace, list_id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "lists"] }),
  });
}

export function useCancelUpload() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ list_id, upload_id }: { readonly list_id: number; readonly upload_id: string }) =>
      unwrap(api.POST(`${BASE}/{list_id}/uploads/{upload_id}/cancel`, { params: { path: { workspace, list_id, upload_id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "lists"] }),
  });
}
