// What does the page of staying and leaving read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";
import { isLive } from "../queries";

export type Survival = Schemas["SurvivalBody"];
export type SurvivalResult = Schemas["SurvivalResultBody"];
export type Group = SurvivalResult["groups"][number];
export type Hazard = SurvivalResult["effects"][number];
export type SurvivalSettings = Schemas["SurvivalSettingsBody"];

const PATH = "/api/workspaces/{workspace}/survival";

/** Asked again every second while a run is under way. */
export function survivalQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "survival"],
    queryFn: ({ signal }) => unwrap(api.GET(PATH, { params: { path: { workspace } }, signal })),
    refetchInterval: (query) => (query.state.data?.run && isLive(query.state.data.run) ? 1_000 : 30_000),
  });
}

function useRefreshed(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => {
    for (const key of ["survival", "models", "tags"]) void client.invalidateQueries({ queryKey: [workspace, key] });
  };
}

export function useWorkOutStaying() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: () => unwrap(api.POST(`${PATH}/runs`, { params: { path: { workspace } } })),
    onSuccess: done,
  });
}

export function useSaveSurvival() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (body: SurvivalSettings) => unwrap(api.PUT(PATH, { params: { path: { workspace } }, body })),
    onSuccess: done,
  });
}
