// What do the people pages read?
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import type { Who } from "./behind";

export interface PeopleAsked {
  readonly search: string;
  /** Only who did something; left out: everybody. */
  readonly did?: Activity | null;
  readonly cursor?: string;
  readonly limit: number;
}

export interface Activity {
  readonly first: string | null;
  readonly last: string | null;
  readonly event: string;
  readonly who: Who;
}

export function peopleQuery(workspace: string, { search, did = null, cursor = "", limit }: PeopleAsked) {
  return queryOptions({
    queryKey: [workspace, "people", search, did, cursor, limit],
    queryFn: ({ signal }) => {
      const asked = did ? { who: did.who, ...(did.event ? { event: did.event } : {}), ...days(did) } : search ? { search } : {};
      const query = { limit, ...asked, ...(cursor ? { cursor } : {}) };
      return unwrap(api.GET("/api/workspaces/{workspace}/people", { params: { path: { workspace }, query }, signal }));
    },
  });
}

function days({ first, last }: { readonly first: string | null; readonly last: string | null }): { first_day?: string; last_day?: string } {
  return { ...(first ? { first_day: first } : {}), ...(last ? { last_day: last } : {}) };
}

export interface EventsAsked {
  readonly first: string | null;
  readonly last: string | null;
  readonly event: string;
  readonly revenue: boolean;
}

export function eventsQuery(workspace: string, asked: EventsAsked) {
  return infiniteQueryOptions({
    queryKey: [workspace, "events", asked],
    queryFn: ({ pageParam, signal }) => {
      const { event, revenue } = asked;
      const query = {
        limit: 50,
        ...days(asked),
        ...(event ? { event } : {}),
        ...(revenue ? { revenue } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return unwrap(api.GET("/api/workspaces/{workspace}/events", { params: { path: { workspace }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
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
