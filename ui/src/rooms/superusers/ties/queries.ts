// What does the page of ties read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Ties = Schemas["TiesBody"];
export type TiesResult = Schemas["TiesResultBody"];
export type TieSettings = Required<Schemas["TieSettingsBody"]>;
export type TieSignal = TiesResult["signals"][number];
export type TiePerson = Schemas["TiePerson"];
export type Level = TiePerson["level"];
export type Listed = "rising" | "cooling" | "strongest";
export type Work = NonNullable<Ties["work"]>;

export const LEVELS: readonly Level[] = ["strong", "medium", "weak"];
const PATH = "/api/workspaces/{workspace}/ties";

export function isBusy(work: Work | null): boolean {
  return work?.state === "queued" || work?.state === "running";
}

/** Asked again every second while everybody is being scored. */
export function tiesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "ties"],
    queryFn: ({ signal }) => unwrap(api.GET(PATH, { params: { path: { workspace } }, signal })),
    refetchInterval: (query) => (isBusy(query.state.data?.work ?? null) ? 1_000 : 30_000),
  });
}

export function tiePeopleQuery(workspace: string, listed: Listed, at: string | null) {
  return queryOptions({
    queryKey: [workspace, "ties", "people", listed, at],
    queryFn: ({ signal }) => unwrap(api.GET(`${PATH}/people`, { params: { path: { workspace }, query: { listed } }, signal })),
  });
}

function useRefreshed(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => {
    for (const key of ["ties", "tags"]) void client.invalidateQueries({ queryKey: [workspace, key] });
  };
}

export function useScoreTies() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: () => unwrap(api.POST(`${PATH}/runs`, { params: { path: { workspace } } })),
    onSuccess: done,
  });
}

export function useSaveTies() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (body: TieSettings) => unwrap(api.PUT(PATH, { params: { path: { workspace } }, body })),
    onSuccess: done,
  });
}
