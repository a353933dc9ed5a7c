// What do the pages of maps read and change?
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import type { ReportAnswer } from "@/api/contract";
import type { Language } from "@/i18n";
import { savePaper } from "@/parts/savePaper";
import { useWorkspace } from "@/shell/workspace";
import type { Drawing, JourneyAnswer, JourneyMap } from "./contract";

export type MapTemplate = Schemas["MapTemplateBody"];
export type MapVersion = Schemas["MapVersionBody"];
export type FilledTemplate = Schemas["DraftBody"];

const BASE = "/api/workspaces/{workspace}/maps";

export function mapsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "maps", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace } }, signal })),
  });
}

/** With those that were archived: their keys are taken too. */
export function allMapsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "maps", "all"],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace }, query: { archived: true } }, signal })),
  });
}

export function mapQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "maps", "one", key],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{key}`, { params: { path: { workspace, key } }, signal })),
  });
}

export function mapVersionsQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "maps", "one", key, "versions"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{key}/versions`, { params: { path: { workspace, key } }, signal })),
  });
}

export function mapTemplatesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "maps", "templates"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/templates`, { params: { path: { workspace } }, signal })),
    staleTime: Infinity,
  });
}

/** A template filled in from the events of the workspace; nothing is saved. */
export function filledQuery(workspace: string, template: string, language: Language) {
  return queryOptions({
    queryKey: [workspace, "maps", "filled", template, language],
    queryFn: ({ signal }) => unwrap(api.POST(`${BASE}/draft`, { params: { path: { workspace } }, body: { template, language }, signal })),
    staleTime: 300_000,
  });
}

export type MapSpec = Readonly<Record<string, unknown>>;

/** The numbers of a map. version: a change of the drawing is another question. */
export function journeyQuery(workspace: string, spec: MapSpec, version: number) {
  return queryOptions({
    queryKey: [workspace, "reports", "journey_map", version, JSON.stringify(spec)],
    queryFn: async ({ signal }): Promise<ReportAnswer<JourneyAnswer>> => {
      const params = { path: { workspace, name: "journey_map" } };
      const answer = await unwrap(api.POST("/api/workspaces/{workspace}/reports/{name}", { params, body: { ...spec }, signal }));
      return { ...answer, data: answer.data as unknown as JourneyAnswer }; // the document leaves the data of a report open
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

/** Makes the paper of a map and hands it to the browser to keep. */
export function useMapPaper({ key, name }: Pick<JourneyMap, "key" | "name">) {
  const { slug } = useWorkspace();
  return useMutation({
    mutationFn: ({ language, spec }: { readonly language: Language; readonly spec: MapSpec }) =>
      savePaper(`/api/workspaces/${encodeURIComponent(slug)}/maps/${encodeURIComponent(key)}/pdf?language=${language}`, spec, name),
  });
}

export interface MapDraft {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly drawing: Drawing;
  /** The version that was edited, 0 for a new map. */
  readonly base: number;
}

export function useSaveMap() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, base, ...body }: MapDraft) =>
      unwrap(api.PUT(`${BASE}/{key}`, { params: { path: { workspace, key } }, body: { ...body, base_version: base } })),
    onSuccess: async (saved) => {
      client.setQueryData(mapQuery(workspace, saved.key).queryKey, saved);
      await client.invalidateQueries({ queryKey: [workspace, "maps"] });
    },
  });
}

/** Takes a map out of use, or puts it back. */
export function useArchiveMap() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, archived }: { readonly key: string; readonly archived: boolean }) => {
      const params = { path: { workspace, key } };
      return unwrap(archived ? api.DELETE(`${BASE}/{key}`, { params }) : api.POST(`${BASE}/{key}/restore`, { params }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace, "maps"] }),
  });
}
