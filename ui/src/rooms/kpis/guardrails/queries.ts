// What do guardrails read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Guardrail = Schemas["GuardrailBody"];
export type Side = Schemas["GuardrailSide"];
export type Pair = Schemas["Pair"];

const BASE = "/api/workspaces/{workspace}/guardrails";

export function guardrailsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "guardrails"],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace } }, signal })),
    staleTime: 60_000, // they are judged by weeks
    retry: false,
  });
}

function useFresh(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: [workspace, "guardrails"] });
}

export function useAddGuardrail() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (body: Pair) => unwrap(api.POST(BASE, { params: { path: { workspace } }, body })),
    onSuccess: fresh,
  });
}

export function useDeleteGuardrail() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (guardrail_id: string) => unwrap(api.DELETE(`${BASE}/{guardrail_id}`, { params: { path: { workspace, guardrail_id } } })),
    onSuccess: fresh,
  });
}
