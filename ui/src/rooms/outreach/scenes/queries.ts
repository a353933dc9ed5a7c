// What do the pages of scenes read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type SceneLine = Schemas["SceneLine"];
/** What the server says is whole, also where a request may leave something out. */
export type SceneContent = Required<Schemas["SceneContent"]>;
export type SceneVariant = Omit<Schemas["SceneVariant"], "content"> & { readonly content: readonly SceneContent[] };
export type SceneSpec = Required<Omit<Schemas["SceneSpec"], "hours" | "content" | "variants">> & {
  readonly hours: Required<Schemas["SceneHours"]> | null;
  readonly content: readonly SceneContent[];
  readonly variants: readonly SceneVariant[];
};
export type Scene = Omit<Schemas["SceneWhole"], "spec"> & { readonly spec: SceneSpec };
export type ScenePast = Schemas["ScenePast"];
export type SceneMatch = Schemas["SceneMatch"];
export type SceneExample = Omit<Schemas["SceneExample"], "spec"> & { readonly spec: SceneSpec };
export type SceneTrial = Schemas["SceneTrial"];

export type SceneNeed = Schemas["SceneNeed"];
export type SceneResonance = Schemas["SceneResonance"];
export type SceneSide = Schemas["SceneSide"];

const BASE = "/api/workspaces/{workspace}";

function sent(spec: SceneSpec): Schemas["SceneSpec"] {
  const variants = spec.variants.map((one) => ({ ...one, content: [...one.content] }));
  return { ...spec, content: [...spec.content], variants };
}

export function scenesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "scenes", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/scenes`, { params: { path: { workspace } }, signal })),
    refetchInterval: 15_000,
  });
}

export function sceneQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "scenes", "one", key],
    queryFn: async ({ signal }): Promise<Scene> =>
      (await unwrap(api.GET(`${BASE}/scenes/{key}`, { params: { path: { workspace, key } }, signal }))) as Scene,
    refetchInterval: 15_000,
  });
}

export function examplesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "scene-examples"],
    queryFn: async ({ signal }): Promise<{ readonly items: readonly SceneExample[] }> =>
      (await unwrap(api.GET(`${BASE}/scene-examples`, { params: { path: { workspace } }, signal }))) as {
        readonly items: readonly SceneExample[];
      },
    staleTime: Infinity,
  });
}

/** Who was found in it, the latest first; inside: only those who are in it now. */
export function matchesQuery(workspace: string, key: string, inside: boolean) {
  return infiniteQueryOptions({
    queryKey: [workspace, "scenes", "matches", key, inside],
    queryFn: ({ pageParam, signal }) => {
      const query = { inside, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${BASE}/scenes/{key}/matches`, { params: { path: { workspace, key }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 15_000,
  });
}

/** What those found in it need, and whether the offer speaks of it. */
export function needsQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "scenes", "needs", key],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/scenes/{key}/needs`, { params: { path: { workspace, key } }, signal })),
  });
}

export interface ResonanceAsk {
  readonly flow: string;
  readonly against: string;
  readonly event: string;
  readonly hours: number;
}

export type FittingGroup = Schemas["SceneFittingGroup"];

/** A flow of the scene against one that takes people by what they are. */
export function resonanceQuery(workspace: string, key: string, asked: ResonanceAsk) {
  return queryOptions({
    queryKey: [workspace, "scenes", "resonance", key, asked],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${BASE}/scenes/{key}/resonance`, { params: { path: { workspace, key }, query: asked }, signal })),
  });
}

/** The groups by what people are that did it most, of as many people as the scene found. */
export function fittingQuery(workspace: string, key: string, event: string) {
  return queryOptions({
    queryKey: [workspace, "scenes", "fitting", key, event],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${BASE}/scenes/{key}/fitting-groups`, { params: { path: { workspace, key }, query: { event } }, signal })),
  });
}

/** The same words for the people of a segment, or of a condition, as a draft. */
export function useMakeRival(scene: string) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ flow, who, name }: { readonly flow: string; readonly who: FittingGroup["condition"]; readonly name: string }) =>
      unwrap(
        api.POST(`${BASE}/scenes/{key}/rivals`, {
          params: { path: { workspace, key: scene } },
          body: { flow, who, key: `${flow}_${name}`.slice(0, 100) },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "flows"] }),
  });
}

interface Saved {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly spec: SceneSpec;
  readonly base_version: number;
}

export function useSaveScene() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, spec, ...said }: Saved) =>
      unwrap(api.PUT(`${BASE}/scenes/{key}`, { params: { path: { workspace, key } }, body: { ...said, spec: sent(spec) } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "scenes"] }),
  });
}

export function useTurnScene(key: string) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (state: SceneLine["state"]) =>
      unwrap(api.POST(`${BASE}/scenes/{key}/state`, { params: { path: { workspace, key } }, body: { state } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "scenes"] }),
  });
}

export function useTryScene() {
  const { slug: workspace } = useWorkspace();
  return useMutation({
    mutationFn: (spec: SceneSpec) =>
      unwrap(api.POST(`${BASE}/scene-trials`, { params: { path: { workspace } }, body: { spec: sent(spec) } })),
  });
}
