// What do the people pages read?
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { later } from "@/api/client";
import type { Page, Person, PersonRow, TimelineItem, Trait } from "@/api/contract";

export interface PeopleAsked {
  readonly search: string;
  readonly cursor?: string;
  readonly limit: number;
}

function words(query: Readonly<Record<string, string | number | undefined>>): string {
  const filled = Object.entries(query).flatMap(([name, value]) => (value ? [[name, String(value)]] : []));
  return new URLSearchParams(filled).toString();
}

export function peopleQuery(workspace: string, asked: PeopleAsked) {
  return queryOptions({
    queryKey: [workspace, "people", asked],
    queryFn: ({ signal }) => later<Page<PersonRow>>("GET", `/api/workspaces/${workspace}/people?${words({ ...asked })}`, undefined, signal),
  });
}

export function personQuery(workspace: string, person: number) {
  return queryOptions({
    queryKey: [workspace, "person", person],
    queryFn: ({ signal }) => later<Person>("GET", `/api/workspaces/${workspace}/people/${person}`, undefined, signal),
  });
}

export function timelineQuery(workspace: string, person: number, event: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "person", person, "timeline", event],
    queryFn: ({ pageParam, signal }) =>
      later<Page<TimelineItem>>(
        "GET",
        `/api/workspaces/${workspace}/people/${person}/timeline?${words({ event, cursor: pageParam, limit: 50 })}`,
        undefined,
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function traitHistoryQuery(workspace: string, person: number, trait: string) {
  return queryOptions({
    queryKey: [workspace, "person", person, "trait", trait],
    queryFn: ({ signal }) =>
      later<Page<Trait>>(
        "GET",
        `/api/workspaces/${workspace}/people/${person}/traits/${encodeURIComponent(trait)}/history`,
        undefined,
        signal,
      ),
  });
}
