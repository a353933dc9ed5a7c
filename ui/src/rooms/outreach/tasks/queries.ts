// What does the page of tasks read and change?
import { infiniteQueryOptions, keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Task = Schemas["TaskLine"];
export type TaskState = Task["state"];

const BASE = "/api/workspaces/{workspace}/tasks";

export interface Asked {
  readonly state: TaskState;
  readonly assignee: string;
}

export function tasksQuery(workspace: string, { state, assignee }: Asked) {
  return infiniteQueryOptions({
    queryKey: [workspace, "tasks", state, assignee],
    queryFn: ({ pageParam, signal }) => {
      const query = { state, ...(assignee ? { assignee } : {}), ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(BASE, { params: { path: { workspace }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}

export type Change =
  | { readonly do: "assign"; readonly assignee: string }
  | { readonly do: "done"; readonly outcome: string; readonly note: string }
  | { readonly do: "undo" };

export function useChangeTask() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ task_id, change }: { readonly task_id: number; readonly change: Change }): Promise<Task> => {
      const params = { path: { workspace, task_id } };
      if (change.do === "assign") {
        return unwrap(api.PUT(`${BASE}/{task_id}/assignee`, { params, body: { assignee: change.assignee } }));
      }
      if (change.do === "undo") return unwrap(api.POST(`${BASE}/{task_id}/undo`, { params }));
      return unwrap(api.POST(`${BASE}/{task_id}/done`, { params, body: { outcome: change.outcome, note: change.note } }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: [workspace, "tasks"] }),
  });
}
