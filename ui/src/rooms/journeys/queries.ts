import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import type { Overview, ReportAnswer } from "@/api/contract";
import type { Period } from "@/parts/period";
import { withFields, type Spec } from "./reports/spec";

/** As the report takes it. */
export function overviewSpec({ first, last }: Pick<Period, "first" | "last">, segment: string, sample: number | null): Spec {
  return withFields(
    {},
    { first_day: first, last_day: last, segment: segment === "" ? undefined : segment, sample_percent: sample ?? undefined },
  );
}

/** segment: only of those who are in it now; everybody where it is empty. sample: in percent; null is all of them. */
export function overviewQuery(workspace: string, period: Period, segment = "", sample: number | null = null) {
  return queryOptions({
    queryKey: [workspace, "reports", "overview", period.first, period.last, segment, sample],
    queryFn: async ({ signal }): Promise<ReportAnswer<Overview>> => {
      const answer = await unwrap(
        api.POST("/api/workspaces/{workspace}/reports/{name}", {
          params: { path: { workspace, name: "overview" } },
          body: { ...overviewSpec(period, segment, sample) },
          signal,
        }),
      );
      return { ...answer, data: answer.data as unknown as Overview }; // the document leaves the data of a report open
    },
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
}

export function visitsQuery(workspace: string, person_id: number) {
  return infiniteQueryOptions({
    queryKey: [workspace, "person", person_id, "visits"],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(
        api.GET("/api/workspaces/{workspace}/people/{person_id}/sessions", { params: { path: { workspace, person_id }, query }, signal }),
      );
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}
