// What does the calendar of needs read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";
import { isLive } from "../queries";

export type NextNeed = Schemas["NextNeedBody"];
export type NeedsResult = Schemas["NeedsResultBody"];
export type NeedKind = NeedsResult["kinds"][number];
export type NeedsSettings = Schemas["NeedsSettingsBody"];

const PATH = "/api/workspaces/{workspace}/needs";

/** Asked again every second while a run is under way. */
export function needsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "needs"],
    queryFn: ({ signal }) => unwrap(api.GET(PATH, { params: { path: { workspace } }, signal })),
    refetchInterval: (query) => (query.state.data?.run && isLive(query.state.data.run) ? 1_000 : 30_000),
  });
}

function useRefreshed(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => {
    for (const key of ["needs", "models", "tags"]) void client.invalidateQueries({ queryKey: [workspace, key] });
  };
}

export function useForetell() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: () => unwrap(api.POST(`${PATH}/runs`, { params: { path: { workspace } } })),
    onSuccess: done,
  });
}

export function useSaveNeeds() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (body: NeedsSettings) => unwrap(api.PUT(PATH, { params: { path: { workspace } }, body })),
    onSuccess: done,
  });
}
