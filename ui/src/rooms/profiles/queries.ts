// What do the people pages read?
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";

export interface PeopleAsked {
  readonly search: string;
  readonly cursor?: string;
  readonly limit: number;
}

export function peopleQuery(workspace: string, { search, cursor = "", limit }: PeopleAsked) {
  return queryOptions({
    queryKey: [workspace, "people", search, cursor, limit],
    queryFn: ({ signal }) => {
      const query = { limit, ...(search ? { search } : {}), ...(cursor ? { cursor } : {}) };
      return unwrap(api.GET("/api/workspaces/{workspace}/people", { params: { path: { workspace }, query }, signal }));
    },
  });
}

export function personQuery(workspace: string, person_id: number) {
  return queryOptions({
    queryKey: [workspace, "person", person_id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/people/{person_id}", { params: { path: { workspace, person_id } }, signal })),
  });
}

export function timelineQuery(workspace: string, person_id: number, event: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "person", person_id, "timeline", event],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 50, ...(event ? { event } : {}), ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(
        api.GET("/api/workspaces/{workspace}/people/{person_id}/timeline", { params: { path: { workspace, person_id }, query }, signal }),
      );
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function traitHistoryQuery(workspace: string, person_id: number, trait: string) {
  return queryOptions({
    queryKey: [workspace, "person", person_id, "trait", trait],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/workspaces/{workspace}/people/{person_id}/traits/{trait}/history", {
          params: { path: { workspace, person_id, trait }, query: { limit: 200 } },
          signal,
        }),
      ),
  });
}
