// Who is behind a number of a report, and how do they become a segment?
import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { asApiError } from "@/api/errors";
import { keyFor } from "@/rooms/segments/builder/keys";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useWorkspace } from "@/shell/workspace";

/** One number of the answer to a spec. */
export interface AskedNumber {
  readonly report: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly cell: Readonly<Record<string, unknown>>;
}

export type PeoplePage = Schemas["PeoplePage"];
export type MadeSegment = Schemas["MadeSegment"];

const ADDRESS = "/api/workspaces/{workspace}/reports/{name}";

export function behindQuery(workspace: string, { report, spec, cell }: AskedNumber) {
  return infiniteQueryOptions({
    queryKey: [workspace, "reports", report, "people", JSON.stringify([spec, cell])],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.POST(`${ADDRESS}/people`, {
          params: { path: { workspace, name: report } },
          body: { spec: { ...spec }, cell: { ...cell }, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 60_000,
  });
}

/** Makes the segment of exactly these people, under a key of its own. */
export function useMakeSegment() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ asked, name }: { readonly asked: AskedNumber; readonly name: string }): Promise<MadeSegment> => {
      const { items } = await client.query({ ...segmentsQuery(workspace, true), staleTime: 0 });
      const taken = new Set(items.map((one) => one.key));
      const make = (): Promise<MadeSegment> => {
        const key = keyFor(name, taken);
        taken.add(key);
        const body = { spec: { ...asked.spec }, cell: { ...asked.cell }, key, name };
        return unwrap(api.POST(`${ADDRESS}/segment`, { params: { path: { workspace, name: asked.report } }, body }));
      };
      // Somebody else may have taken the key meanwhile.
      return make().catch((error: unknown) => {
        if (asApiError(error).code === "segment_changed") return make();
        throw error;
      });
    },
    onSuccess: () => Promise.all(["segments", "lists"].map((what) => client.invalidateQueries({ queryKey: [workspace, what] }))),
  });
}
