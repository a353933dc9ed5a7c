// What does the page of the lifecycle read?
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";

export type Movement = Schemas["MovementBody"];

/** The tag whose values are the stages. */
export const STAGE_TAG = "lifecycle_stage";
/** The state of those who were not there yet, or have no stage. */
export const NOWHERE = "";

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
