// What do alerts read and change?
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Alert = Schemas["AlertBody"];
export type AlertSpec = Schemas["AlertSpec"];
export type Receiver = Schemas["Receiver"];
export type Firing = Schemas["AlertFiring"];
export type Delivery = Schemas["AlertDelivery"];
export type Trial = Schemas["AlertTrial"];

const BASE = "/api/workspaces/{workspace}/alerts";

export function alertsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "alerts", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace } }, signal })),
    refetchInterval: 60_000,
  });
}

export function alertQuery(workspace: string, alert_id: string) {
  return queryOptions({
    queryKey: [workspace, "alerts", "one", alert_id],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/{alert_id}`, { params: { path: { workspace, alert_id } }, signal })),
  });
}

export function firingsQuery(workspace: string, alert_id: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "alerts", "firings", alert_id],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${BASE}/{alert_id}/firings`, { params: { path: { workspace, alert_id }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 30_000,
  });
}

/** What a rule would have said; asked by its text, so that the same rule is the same question. */
export function trialQuery(workspace: string, spec: string) {
  return queryOptions({
    queryKey: [workspace, "alerts", "trial", spec],
    queryFn: ({ signal }) =>
      unwrap(api.POST(`${BASE}/try`, { params: { path: { workspace } }, body: JSON.parse(spec) as AlertSpec, signal })),
    staleTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

function useFresh(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: [workspace, "alerts"] });
}

export function useCreateAlert() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (body: Schemas["AlertDraft"]) => unwrap(api.POST(BASE, { params: { path: { workspace } }, body })),
    onSuccess: fresh,
  });
}

export function useChangeAlert() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: ({ alert_id, ...body }: Schemas["AlertChange"] & { readonly alert_id: string }) =>
      unwrap(api.PATCH(`${BASE}/{alert_id}`, { params: { path: { workspace, alert_id } }, body })),
    onSuccess: fresh,
  });
}

export function useDeleteAlert() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (alert_id: string) => unwrap(api.DELETE(`${BASE}/{alert_id}`, { params: { path: { workspace, alert_id } } })),
    onSuccess: fresh,
  });
}
