// What do exports and syncs of a segment read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Export = Schemas["ExportBody"];
export type Sync = Schemas["SyncBody"];
export type Delivery = Schemas["DeliveryBody"];

/** What is told of each person. */
export interface Wanted {
  readonly ids: string[];
  readonly traits: string[];
  readonly tags: string[];
  readonly totals: boolean;
}

const EXPORTS = "/api/workspaces/{workspace}/exports";
const SYNCS = "/api/workspaces/{workspace}/syncs";

/** True while its numbers may still change. */
export function isWriting(one: Export): boolean {
  return one.state === "queued" || one.state === "running";
}

export function exportsQuery(workspace: string, segment: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "exports", segment],
    queryFn: ({ pageParam, signal }) => {
      const query = { segment, limit: 20, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(EXPORTS, { params: { path: { workspace }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(isWriting)) ? 1_000 : false),
  });
}

/** Where the file of an export is fetched; the session of the page opens it. */
export function fileOf(workspace: string, { export_id }: Export): string {
  return `/api/workspaces/${encodeURIComponent(workspace)}/exports/${encodeURIComponent(export_id)}/file`;
}

export function useAskExport() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Wanted & { readonly segment: string; readonly format: Export["format"] }) =>
      unwrap(api.POST(EXPORTS, { params: { path: { workspace } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "exports"] }),
  });
}

export function useEndExport() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ export_id, how }: { readonly export_id: string; readonly how: "cancel" | "delete" }) => {
      const params = { path: { workspace, export_id } };
      if (how === "cancel") await unwrap(api.POST(`${EXPORTS}/{export_id}/cancel`, { params }));
      else await unwrap(api.DELETE(`${EXPORTS}/{export_id}`, { params }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: [workspace, "exports"] }),
  });
}

export function syncsQuery(workspace: string, segment: string) {
  return queryOptions({
    queryKey: [workspace, "syncs", "of", segment],
    queryFn: ({ signal }) => unwrap(api.GET(SYNCS, { params: { path: { workspace }, query: { segment } }, signal })),
    refetchInterval: 5_000,
  });
}

export function deliveriesQuery(workspace: string, sync_id: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "syncs", "deliveries", sync_id],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${SYNCS}/{sync_id}/deliveries`, { params: { path: { workspace, sync_id }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 5_000,
  });
}

export function useCreateSync() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["SyncDraft"]) => unwrap(api.POST(SYNCS, { params: { path: { workspace } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "syncs"] }),
  });
}

export function useChangeSync() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ sync_id, ...body }: Schemas["SyncChange"] & { readonly sync_id: string }) =>
      unwrap(api.PATCH(`${SYNCS}/{sync_id}`, { params: { path: { workspace, sync_id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "syncs"] }),
  });
}

export function useSteerSync() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ sync_id, how }: { readonly sync_id: string; readonly how: "pause" | "resume" | "delete" }) => {
      const params = { path: { workspace, sync_id } };
      if (how === "pause") await unwrap(api.POST(`${SYNCS}/{sync_id}/pause`, { params }));
      else if (how === "resume") await unwrap(api.POST(`${SYNCS}/{sync_id}/resume`, { params }));
      else await unwrap(api.DELETE(`${SYNCS}/{sync_id}`, { params }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: [workspace, "syncs"] }),
  });
}

export function useTestSync() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (sync_id: string) => unwrap(api.POST(`${SYNCS}/{sync_id}/test`, { params: { path: { workspace, sync_id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: [workspace, "syncs"] }),
  });
}

export function useNewSecret() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: (sync_id: string) => unwrap(api.POST(`${SYNCS}/{sync_id}/secret`, { params: { path: { workspace, sync_id } } })),
  });
}
