// What do the pages of feature flags read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type FlagLine = Schemas["FlagLine"];
export type ValueType = FlagLine["value_type"];
export type Prerequisite = Schemas["Prerequisite"];
export type Ramp = Required<Schemas["Ramp"]>;
export type Arm = Schemas["Arm"];
/** What the server says is whole, also where a request may leave something out. */
export type ForceRule = Required<Omit<Schemas["ForceRule"], "ramp">> & { readonly ramp: Ramp | null };
export type SplitRule = Required<Omit<Schemas["SplitRule"], "namespace">> & { readonly namespace: Required<Schemas["Namespace"]> | null };
export type Rule = ForceRule | SplitRule;
export type FlagSpec = Required<Omit<Schemas["FlagSpec"], "rules">> & { readonly rules: readonly Rule[] };
export type FlagPast = Omit<Schemas["FlagPast"], "spec"> & { readonly spec: FlagSpec };
export type Flag = Omit<Schemas["FlagWhole"], "spec" | "versions"> & { readonly spec: FlagSpec; readonly versions: readonly FlagPast[] };
export type FlagTrial = Schemas["FlagTrial"];
export type FlagMoves = Schemas["FlagMoves"];

const BASE = "/api/workspaces/{workspace}";

function sent(spec: FlagSpec): Schemas["FlagSpec"] {
  return { ...spec, rules: [...spec.rules] };
}

export function flagsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "flags", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/flags`, { params: { path: { workspace } }, signal })),
  });
}

export function flagQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "flags", "one", key],
    queryFn: async ({ signal }): Promise<Flag> =>
      (await unwrap(api.GET(`${BASE}/flags/{key}`, { params: { path: { workspace, key } }, signal }))) as Flag,
  });
}

export function namespacesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "flags", "namespaces"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/flag-namespaces`, { params: { path: { workspace } }, signal })),
  });
}

interface Saved {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly spec: FlagSpec;
  readonly base_version: number;
  readonly accept_moves?: boolean;
}

export function useSaveFlag() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, spec, accept_moves = false, ...said }: Saved) =>
      unwrap(api.PUT(`${BASE}/flags/{key}`, { params: { path: { workspace, key } }, body: { ...said, accept_moves, spec: sent(spec) } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "flags"] }),
  });
}

export function useTurnFlag(key: string) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (state: FlagLine["state"]) =>
      unwrap(api.POST(`${BASE}/flags/{key}/state`, { params: { path: { workspace, key } }, body: { state } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "flags"] }),
  });
}

export function useRestoreFlag(key: string) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { version: number; base_version: number; accept_moves: boolean }) =>
      unwrap(api.POST(`${BASE}/flags/{key}/restore`, { params: { path: { workspace, key } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "flags"] }),
  });
}

/** Whom saving would move. */
export function usePreviewFlag() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: ({ key, spec }: { key: string; spec: FlagSpec }) =>
      unwrap(api.POST(`${BASE}/flag-previews`, { params: { path: { workspace } }, body: { key, spec: sent(spec) } })),
  });
}

export function useTryFlag() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: (asked: { key: string; spec: FlagSpec | null; attributes: Record<string, unknown>; user_id: string }) => {
      const attributes = asked.attributes as Schemas["FlagTry"]["attributes"];
      const body = {
        key: asked.key,
        user_id: asked.user_id,
        spec: asked.spec ? sent(asked.spec) : null,
        ...(attributes ? { attributes } : {}),
      };
      return unwrap(api.POST(`${BASE}/flag-trials`, { params: { path: { workspace } }, body }));
    },
  });
}
