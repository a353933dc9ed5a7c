// What do the pages of the theme and of blocks read and change?
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Theme = Required<Schemas["Theme"]>;
export type Words = Required<Schemas["ThemeWords"]>;
export type Block = Schemas["MessageBlock"];
export type BlockSpec = Schemas["BlockSpec"];

const BASE = "/api/workspaces/{workspace}";

export function themeQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "design", "theme"],
    queryFn: async ({ signal }) => {
      const found = await unwrap(api.GET(`${BASE}/message-theme`, { params: { path: { workspace } }, signal }));
      return { ...found, spec: found.spec as Theme };
    },
    refetchOnWindowFocus: false,
  });
}

export function blocksQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "design", "blocks"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/message-blocks`, { params: { path: { workspace } }, signal })),
  });
}

export function blockQuery(workspace: string, block_id: string) {
  return queryOptions({
    queryKey: [workspace, "design", "block", block_id],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/message-blocks/{block_id}`, { params: { path: { workspace, block_id } }, signal })),
    refetchOnWindowFocus: false,
  });
}

/** How a letter would look with a theme; asked by its text, so that the same draft is the same question. */
export function themeLookQuery(workspace: string, body: string) {
  return queryOptions({
    queryKey: [workspace, "design", "theme-look", body],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST(`${BASE}/message-theme-preview`, {
          params: { path: { workspace } },
          body: JSON.parse(body) as Schemas["MessageThemeTrial"],
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
}

/** How a block would look by itself. */
export function blockLookQuery(workspace: string, body: string) {
  return queryOptions({
    queryKey: [workspace, "design", "block-look", body],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST(`${BASE}/message-block-preview`, {
          params: { path: { workspace } },
          body: JSON.parse(body) as Schemas["MessageBlockTrial"],
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
}

/** A change of the look, after which the look and the templates are read anew. */
function useChange<In, Out>(change: (workspace: string, given: In) => Promise<Out>) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: In) => change(workspace, given),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: [workspace, "design"] });
      void client.invalidateQueries({ queryKey: [workspace, "templates"] });
    },
  });
}

export const useSaveTheme = () =>
  useChange((workspace, body: { readonly spec: Theme; readonly if_version: number }) =>
    unwrap(api.PUT(`${BASE}/message-theme`, { params: { path: { workspace } }, body })),
  );

export const useSaveBlock = () =>
  useChange((workspace, { block_id, ...body }: Schemas["MessageBlockDraft"] & { readonly block_id: string }) =>
    unwrap(api.PUT(`${BASE}/message-blocks/{block_id}`, { params: { path: { workspace, block_id } }, body })),
  );

export const useArchiveBlock = () =>
  useChange((workspace, block_id: string) =>
    unwrap(api.DELETE(`${BASE}/message-blocks/{block_id}`, { params: { path: { workspace, block_id } } })),
  );
