// What does the page of holdouts read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Holdout = Schemas["HoldoutBody"];
export type HoldoutDraft = Required<Schemas["HoldoutDraft"]>;
export type Member = Schemas["HoldoutMember"];

export const EVERYTHING = "everything";
const BASE = "/api/workspaces/{workspace}/holdouts";

export function holdoutsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "holdouts"],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace } }, signal })),
  });
}

export function useSaveHoldout() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, body }: { key: string; body: HoldoutDraft }) =>
      unwrap(api.PUT(`${BASE}/{key}`, { params: { path: { workspace, key } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace] }),
  });
}

export function useEndHoldout() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => unwrap(api.POST(`${BASE}/{key}/end`, { params: { path: { workspace, key } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace] }),
  });
}
