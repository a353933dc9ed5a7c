// What does the page of the lifecycle read?
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";

export type Movement = Schemas["MovementBody"];

/** The tag whose values are the stages. */
export const STAGE_TAG = "lifecycle_stage";
/** The state of those who were not there yet, or have no stage. */
export const NOWHERE = "";

interface Moved {
  readonly source: string;
  readonly target: string;
  readonly people: number;
}

/** The people of one move of a week. */
export function moversQuery(workspace: string, weeks: number, step: number, { source, target, people }: Moved) {
  return infiniteQueryOptions({
    queryKey: [workspace, "tags", "movement", STAGE_TAG, weeks, step, source, target],
    queryFn: async ({ pageParam, signal }) => {
      const query = { tag: STAGE_TAG, weeks, step, source, target, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) };
      const page = await unwrap(
        api.GET("/api/workspaces/{workspace}/understanding/movement/people", { params: { path: { workspace }, query }, signal }),
      );
      return { ...page, total: people };
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 300_000,
  });
}

export function movementQuery(workspace: string, weeks: number) {
  return queryOptions({
    queryKey: [workspace, "tags", "movement", STAGE_TAG, weeks],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/workspaces/{workspace}/understanding/movement", {
          params: { path: { workspace }, query: { tag: STAGE_TAG, weeks } },
          signal,
        }),
      ),
    staleTime: 300_000,
    placeholderData: keepPreviousData,
  });
}
