// What do the pages of tags and roles read and change?
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Tag = Schemas["TagBody"];
export type TagDraft = Schemas["TagChangeBody"];
export type TagVersion = Schemas["TagVersionBody"];
export type TagRule = Schemas["TagRuleBody"];
export type TagTrial = Schemas["TagTrialBody"];
export type Distribution = Schemas["TagDistributionBody"];
export type TagAction = Schemas["TagActionBody"];
export type PersonTag = Schemas["PersonTagBody"];
export type Role = Schemas["RoleBody"];
export type Words = Schemas["TagWords"];

const BASE = "/api/workspaces/{workspace}/tags";

export function tagsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "tags", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace } }, signal })),
    refetchInterval: 60_000,
  });
}

export function tagQuery(workspace: string, tag: string) {
  return queryOptions({
    queryKey: [workspace, "tags", "one", tag],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{tag}`, { params: { path: { workspace, tag } }, signal })),
  });
}

export function tagVersionsQuery(workspace: string, tag: string) {
  return queryOptions({
    queryKey: [workspace, "tags", "one", tag, "versions"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{tag}/versions`, { params: { path: { workspace, tag } }, signal })),
  });
}

export function distributionQuery(workspace: string, tag: string) {
  return queryOptions({
    queryKey: [workspace, "tags", "one", tag, "distribution"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{tag}/distribution`, { params: { path: { workspace, tag } }, signal })),
  });
}

/** Which part of a distribution. value: as JSON. */
export interface Which {
  readonly value?: string;
  readonly low?: number;
  readonly high?: number;
}

export function tagPeopleQuery(workspace: string, tag: string, which: Which) {
  return infiniteQueryOptions({
    queryKey: [workspace, "tags", "one", tag, "people", which],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 50, ...which, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${BASE}/{tag}/people`, { params: { path: { workspace, tag }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function tagRulesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "tag-rules"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/workspaces/{workspace}/tag-rules", { params: { path: { workspace } }, signal })),
    staleTime: Infinity, // they come with the program
  });
}

export function tagActionsQuery(workspace: string, tag: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "tags", "one", tag, "actions"],
    queryFn: ({ pageParam, signal }) => {
      const query = { tag, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET("/api/workspaces/{workspace}/tag-actions", { params: { path: { workspace }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function trialQuery(workspace: string, draft: string) {
  return queryOptions({
    queryKey: [workspace, "tags", "trial", draft],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST("/api/workspaces/{workspace}/tag-trials", {
          params: { path: { workspace } },
          body: JSON.parse(draft) as Schemas["TagTrialRequest"],
          signal,
        }),
      ),
    retry: false,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

export function personTagsQuery(workspace: string, person_id: number) {
  return queryOptions({
    queryKey: [workspace, "person", person_id, "tags"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/people/{person_id}/tags", { params: { path: { workspace, person_id } }, signal })),
  });
}

export function rolesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "roles"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/workspaces/{workspace}/roles", { params: { path: { workspace } }, signal })),
  });
}

/** After a change of tags or roles everything that is made of them is read anew. */
function useRefreshed(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => {
    for (const key of ["tags", "roles", "person"]) void client.invalidateQueries({ queryKey: [workspace, key] });
  };
}

export function useSaveTag() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: ({ tag, draft }: { readonly tag: string; readonly draft: TagDraft }) =>
      unwrap(api.PUT(`${BASE}/{tag}`, { params: { path: { workspace, tag } }, body: draft })),
    onSuccess: done,
  });
}

export function useDeleteTag() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (tag: string) => unwrap(api.DELETE(`${BASE}/{tag}`, { params: { path: { workspace, tag } } })),
    onSuccess: done,
  });
}

/** Computes a tag of everybody now. */
export function useRefreshTag() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (tag: string) => unwrap(api.POST(`${BASE}/{tag}/refresh`, { params: { path: { workspace, tag } } })),
    onSuccess: done,
  });
}

/** Guesses the roles, installs the shipped tags that are missing, and computes all. */
export function useSetUpTags() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/workspaces/{workspace}/standard-tags", { params: { path: { workspace } } })),
    onSuccess: done,
  });
}

export interface Given {
  readonly tag: string;
  readonly people: number[];
  /** Null takes it away. */
  readonly value: unknown;
  readonly note?: string;
}

export function useGiveTag() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: ({ tag, people, value, note = "" }: Given) =>
      unwrap(api.POST(`${BASE}/{tag}/people`, { params: { path: { workspace, tag } }, body: { people, value, note } })),
    onSuccess: done,
  });
}

export function useUndoAction() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: ({ action, undo }: { readonly action: number; readonly undo: boolean }) => {
      const params = { path: { workspace, action } };
      return unwrap(
        undo
          ? api.POST("/api/workspaces/{workspace}/tag-actions/{action}/undo", { params })
          : api.POST("/api/workspaces/{workspace}/tag-actions/{action}/redo", { params }),
      );
    },
    onSuccess: done,
  });
}

export function useGuessRoles() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/workspaces/{workspace}/roles/guess", { params: { path: { workspace } } })),
    onSuccess: done,
  });
}

export interface RoleChange {
  readonly role: string;
  /** Null takes back what was said of it. */
  readonly plays: { readonly events: string[]; readonly property: string } | null;
}

export function useSetRole() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: async ({ role, plays }: RoleChange): Promise<void> => {
      const params = { path: { workspace, role } };
      if (plays) await unwrap(api.PUT("/api/workspaces/{workspace}/roles/{role}", { params, body: plays }));
      else await unwrap(api.DELETE("/api/workspaces/{workspace}/roles/{role}", { params }));
    },
    onSuccess: done,
  });
}
