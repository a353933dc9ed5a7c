// What does the tracking plan page read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { later } from "@/api/client";
import type { Page, Plan, Violation } from "@/api/contract";
import { useWorkspace } from "@/shell/workspace";

export function planQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "plan"],
    queryFn: ({ signal }) => later<Plan>("GET", `/api/workspaces/${workspace}/plan`, undefined, signal),
  });
}

export function violationsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "plan", "violations"],
    queryFn: ({ signal }) => later<Page<Violation>>("GET", `/api/workspaces/${workspace}/plan/violations`, undefined, signal),
  });
}

export function useSavePlan() {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (plan: Plan) => later<Plan>("PUT", `/api/workspaces/${slug}/plan`, plan),
    onSuccess: (saved) => {
      client.setQueryData(planQuery(slug).queryKey, saved);
      void client.invalidateQueries({ queryKey: [slug, "audit"] });
    },
  });
}

export function useDraft() {
  const { slug } = useWorkspace();
  return useMutation({ mutationFn: () => later<Plan>("POST", `/api/workspaces/${slug}/plan/draft`, {}) });
}
