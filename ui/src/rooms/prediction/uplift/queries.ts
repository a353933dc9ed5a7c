// What does the page of uplift read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";
import { isLive } from "../queries";

export type Uplift = Schemas["UpliftBody"];
export type UpliftResult = Schemas["UpliftResultBody"];
export type Action = Schemas["UpliftActionBody"];
export type Found = Schemas["UpliftFoundBody"];
export type Tenth = Schemas["UpliftTenthBody"];
export type Choice = Schemas["UpliftPolicyBody"];
export type Interval = Schemas["UpliftIntervalBody"];
export type UpliftSettings = Schemas["UpliftSettingsBody"];

const PATH = "/api/workspaces/{workspace}/uplift";

/** Asked again every second while a run is under way. */
export function upliftQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "uplift"],
    queryFn: ({ signal }) => unwrap(api.GET(PATH, { params: { path: { workspace } }, signal })),
    refetchInterval: (query) => (query.state.data?.run && isLive(query.state.data.run) ? 1_000 : 30_000),
  });
}

function useRefreshed(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => {
    for (const key of ["uplift", "models", "tags", "segments"]) void client.invalidateQueries({ queryKey: [workspace, key] });
  };
}

export function useWorkOutUplift() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: () => unwrap(api.POST(`${PATH}/runs`, { params: { path: { workspace } } })),
    onSuccess: done,
  });
}

export function useSaveUplift() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (body: UpliftSettings) => unwrap(api.PUT(PATH, { params: { path: { workspace } }, body })),
    onSuccess: done,
  });
}

export function useGuard({ kind, key }: Pick<Action, "kind" | "key">) {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (on: boolean) =>
      unwrap(api.PUT(`${PATH}/actions/{trial_kind}/{key}/guard`, { params: { path: { workspace, trial_kind: kind, key } }, body: { on } })),
    onSuccess: done,
  });
}

export function useUpliftSegment({ kind, key }: Pick<Action, "kind" | "key">) {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (who: "worth" | "harmed") =>
      unwrap(
        api.POST(`${PATH}/actions/{trial_kind}/{key}/segments`, { params: { path: { workspace, trial_kind: kind, key } }, body: { who } }),
      ),
    onSuccess: done,
  });
}
