// What do the pages of segments read and change?
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import type { operations } from "@/api/schema";
import { useWorkspace } from "@/shell/workspace";
import type { JsonObject } from "./dump";

/** The body of the good answer to an operation. */
type Answer<O extends keyof operations> = operations[O] extends { responses: { 200: { content: { "application/json": infer T } } } }
  ? T
  : never;

export type Segment = Answer<"segments_get_segment">;
export type Version = Answer<"segments_list_versions">["items"][number];
/** asked: the condition that this is the answer to. */
export type Preview = Answer<"segments_preview_segment"> & { readonly asked: JsonObject };
export type PreviewPart = Preview["parts"][number];
export type Why = Answer<"segments_why_condition">;
export type Reason = Why["reasons"][number];
export type Size = Answer<"segments_history">["items"][number];
export type Membership = Answer<"segments_person_segments">["items"][number];

const BASE = "/api/workspaces/{workspace}/segments";

export function segmentsQuery(workspace: string, archived = false) {
  return queryOptions({
    queryKey: [workspace, "segments", "list", archived],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace }, query: { archived } }, signal })),
    // One that is being built is ready within seconds.
    refetchInterval: (query) => (query.state.data?.items.some((one) => one.state === "building") ? 2_000 : 60_000),
  });
}

export function segmentQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "segments", "one", key],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{key}`, { params: { path: { workspace, key } }, signal })),
    refetchInterval: (query) => (query.state.data?.state === "building" ? 2_000 : 60_000),
  });
}

/** As of a version, so that a change of what is asked shows its effect at once. */
export function historyQuery(workspace: string, { key, version, computed_at }: Segment, first_day: string) {
  return queryOptions({
    queryKey: [workspace, "segments", "one", key, "history", first_day, version, computed_at],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${BASE}/{key}/history`, { params: { path: { workspace, key }, query: { first_day } }, signal })),
    staleTime: 300_000,
    placeholderData: keepPreviousData,
  });
}

export function versionsQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "segments", "one", key, "versions"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{key}/versions`, { params: { path: { workspace, key } }, signal })),
  });
}

/** As of a computation, so that those who are found while the page is open appear on it. */
export function membersQuery(workspace: string, { key, version, computed_at }: Segment, on: string | null) {
  return infiniteQueryOptions({
    queryKey: [workspace, "segments", "one", key, "members", on, version, computed_at],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 50, ...(on ? { on } : {}), ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${BASE}/{key}/members`, { params: { path: { workspace, key }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Asked by the text of the condition: the same condition is the same question. */
export function previewQuery(workspace: string, condition: string) {
  return queryOptions({
    queryKey: [workspace, "segments", "preview", condition],
    queryFn: async ({ signal }) => {
      const asked = JSON.parse(condition) as JsonObject;
      const body = { condition: asked as Record<string, unknown> };
      const answer = await unwrap(api.POST(`${BASE}/preview`, { params: { path: { workspace } }, body, signal }));
      return { ...answer, asked };
    },
    staleTime: 60_000,
    retry: false,
  });
}

export function whyMemberQuery(workspace: string, key: string, person_id: number) {
  return queryOptions({
    queryKey: [workspace, "segments", "one", key, "why", person_id],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${BASE}/{key}/members/{person_id}/why`, { params: { path: { workspace, key, person_id } }, signal })),
    staleTime: 0,
  });
}

/** Why somebody fulfils a condition that is not saved. */
export function whyConditionQuery(workspace: string, condition: JsonObject, person_id: number) {
  return queryOptions({
    queryKey: [workspace, "segments", "why", JSON.stringify(condition), person_id],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST(`${BASE}/why/{person_id}`, {
          params: { path: { workspace, person_id } },
          body: { condition: condition },
          signal,
        }),
      ),
    retry: false,
  });
}

export type Move = Answer<"segments_person_moves">["items"][number];

export function personMovesQuery(workspace: string, person_id: number) {
  return infiniteQueryOptions({
    queryKey: [workspace, "person", person_id, "moves"],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(
        api.GET("/api/workspaces/{workspace}/people/{person_id}/moves", { params: { path: { workspace, person_id }, query }, signal }),
      );
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function personSegmentsQuery(workspace: string, person_id: number) {
  return queryOptions({
    queryKey: [workspace, "person", person_id, "segments"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/people/{person_id}/segments", { params: { path: { workspace, person_id } }, signal })),
  });
}

export interface Draft {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly condition: JsonObject;
  /** The version that was edited, 0 for a new segment. */
  readonly base: number;
}

export function useSaveSegment() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, name, description, condition, base }: Draft) =>
      unwrap(
        api.PUT(`${BASE}/{key}`, {
          params: { path: { workspace, key } },
          body: { name, description, condition: condition, base_version: base },
        }),
      ),
    onSuccess: (saved) => {
      client.setQueryData(segmentQuery(workspace, saved.key).queryKey, saved);
      void client.invalidateQueries({ queryKey: [workspace, "segments"] });
    },
  });
}

/** Takes a segment out of use, or puts it back. */
export function useArchive() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, archived }: { readonly key: string; readonly archived: boolean }) => {
      const params = { path: { workspace, key } };
      return unwrap(archived ? api.DELETE(`${BASE}/{key}`, { params }) : api.POST(`${BASE}/{key}/restore`, { params }));
    },
    onSuccess: (saved) => {
      client.setQueryData(segmentQuery(workspace, saved.key).queryKey, saved);
      void client.invalidateQueries({ queryKey: [workspace, "segments"] });
    },
  });
}
