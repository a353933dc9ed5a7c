// What do the settings pages read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient, type UseMutationResult } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";
import { sessionQuery } from "./session";

export function membersQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "members"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/workspaces/{workspace}/members", { params: { path: { workspace } }, signal })),
  });
}

export function keysQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "keys"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/workspaces/{workspace}/keys", { params: { path: { workspace } }, signal })),
  });
}

export function auditQuery(workspace: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "audit"],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/workspaces/{workspace}/audit", {
          params: { path: { workspace }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** A change in this workspace; afterwards everything that the change may show in is read again. */
function useChange<V, T>(
  change: (workspace: string, value: V) => Promise<T>,
  ...touches: readonly string[]
): UseMutationResult<T, Error, V> {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (value: V) => change(slug, value),
    onSuccess: () => Promise.all([...touches, "audit"].map((each) => client.invalidateQueries({ queryKey: [slug, each] }))),
  });
}

export function useAddMember() {
  return useChange(
    (workspace, body: Schemas["NewMemberBody"]) =>
      unwrap(api.POST("/api/workspaces/{workspace}/members", { params: { path: { workspace } }, body })),
    "members",
  );
}

export function useChangeRole() {
  return useChange(
    (workspace, { account_id, role }: Pick<Schemas["MemberBody"], "account_id" | "role">) =>
      unwrap(
        api.PATCH("/api/workspaces/{workspace}/members/{account_id}", { params: { path: { workspace, account_id } }, body: { role } }),
      ),
    "members",
  );
}

export function useRemoveMember() {
  return useChange(
    (workspace, account_id: string) =>
      unwrap(api.DELETE("/api/workspaces/{workspace}/members/{account_id}", { params: { path: { workspace, account_id } } })),
    "members",
    "keys",
  );
}

export function useCreateKey() {
  return useChange(
    (workspace, body: Schemas["NewKeyBody"]) =>
      unwrap(api.POST("/api/workspaces/{workspace}/keys", { params: { path: { workspace } }, body })),
    "keys",
  );
}

export function useRevokeKey() {
  return useChange(
    (workspace, key_id: string) =>
      unwrap(api.DELETE("/api/workspaces/{workspace}/keys/{key_id}", { params: { path: { workspace, key_id } } })),
    "keys",
  );
}

export function useChangeWorkspace() {
  const client = useQueryClient();
  const change = useChange((workspace, body: Schemas["WorkspaceChange"]) =>
    unwrap(api.PATCH("/api/workspaces/{workspace}", { params: { path: { workspace } }, body })).then(() =>
      client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
    ),
  );
  return change;
}

export function useCreateWorkspace() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["NewWorkspaceBody"]) => unwrap(api.POST("/api/workspaces", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
}

export function useChangeAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["AccountChange"]) => unwrap(api.PATCH("/api/account", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
}
