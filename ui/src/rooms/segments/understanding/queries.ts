// What do the pages of understanding read? Counted anew when asked, kept for a minute.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";

export type Comparison = Schemas["ComparisonBody"];
export type Finding = Schemas["FindingBody"];
export type Overlap = Schemas["OverlapBody"];
export type Combination = Schemas["CombinationBody"];
export type Distribution = Schemas["DistributionBody"];

/** So many segments an overlap is readable with. */
export const MOST = 6;

const BASE = "/api/workspaces/{workspace}/understanding";
const KEPT = { staleTime: 60_000, retry: false, placeholderData: keepPreviousData } as const;

export interface Days {
  readonly first: string | null;
  readonly last: string | null;
}

/** other: null is everybody else. */
export function comparisonQuery(workspace: string, segment: string, other: string | null, { first, last }: Days) {
  return queryOptions({
    queryKey: [workspace, "understanding", "comparison", segment, other, first, last],
    queryFn: ({ signal }) => {
      const days = { ...(first ? { first_day: first } : {}), ...(last ? { last_day: last } : {}) };
      const query = { segment, limit: 200, ...(other ? { other } : {}), ...days };
      return unwrap(api.GET(`${BASE}/comparison`, { params: { path: { workspace }, query }, signal }));
    },
    ...KEPT,
  });
}

export function overlapQuery(workspace: string, segment: readonly string[]) {
  return queryOptions({
    queryKey: [workspace, "understanding", "overlap", ...segment],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${BASE}/overlap`, { params: { path: { workspace }, query: { segment: [...segment] } }, signal })),
    ...KEPT,
  });
}

export interface Asked {
  readonly of: "tag" | "trait";
  readonly name: string;
}

/** segment: null is everybody. */
export function distributionQuery(workspace: string, { of, name }: Asked, segment: string | null) {
  return queryOptions({
    queryKey: [workspace, "understanding", "distribution", of, name, segment],
    queryFn: ({ signal }) => {
      const query = { ...(of === "tag" ? { tag: name } : { trait: name }), ...(segment ? { segment } : {}) };
      return unwrap(api.GET(`${BASE}/distribution`, { params: { path: { workspace }, query }, signal }));
    },
    ...KEPT,
  });
}
