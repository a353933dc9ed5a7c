// What does the page of lifetime value read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";
import { isLive } from "../queries";

export type Lifetime = Schemas["LifetimeValueBody"];
export type Result = Schemas["ValueResultBody"];
export type Settings = Schemas["ValueSettingsBody"];
export type Judged = Result["judged"][number];
export type Tenth = Result["tenths"][number];
export type Cohort = Result["cohorts"][number];

const PATH = "/api/workspaces/{workspace}/lifetime-value";

/** Asked again every second while a run is under way. */
export function lifetimeQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "lifetime-value"],
    queryFn: ({ signal }) => unwrap(api.GET(PATH, { params: { path: { workspace } }, signal })),
    refetchInterval: (query) => (query.state.data?.run && isLive(query.state.data.run) ? 1_000 : 30_000),
  });
}

function useRefreshed(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => {
    for (const key of ["lifetime-value", "models", "tags"]) void client.invalidateQueries({ queryKey: [workspace, key] });
  };
}

export function useWorkOut() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: () => unwrap(api.POST(`${PATH}/runs`, { params: { path: { workspace } } })),
    onSuccess: done,
  });
}

export function useSaveSettings() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (body: Settings) => unwrap(api.PUT(PATH, { params: { path: { workspace } }, body })),
    onSuccess: done,
  });
}
