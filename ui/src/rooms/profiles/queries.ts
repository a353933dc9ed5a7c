import { queryOptions } from "@tanstack/react-query";

import { later } from "@/api/client";
import type { Page, PersonRow } from "@/api/contract";

export interface PeopleAsked {
  readonly search: string;
  readonly cursor?: string;
  readonly limit: number;
}

export function peopleQuery(slug: string, asked: PeopleAsked) {
  return queryOptions({
    queryKey: [slug, "people", asked],
    queryFn: ({ signal }) =>
      later<Page<PersonRow>>(
        "GET",
        `/api/workspaces/${slug}/people?${new URLSearchParams({ ...asked, limit: String(asked.limit) }).toString()}`,
        undefined,
        signal,
      ),
  });
}
