// What do the pages of reports read and change? Answers to specs, the forms of specs, and what was saved.
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { asApiError } from "@/api/errors";
import { followed } from "@/parts/followed";
import { keyFor } from "@/rooms/segments/builder/keys";
import { useWorkspace } from "@/shell/workspace";
import type { Spec } from "./spec";

export type Saved = Schemas["SavedReportBody"];
type Answer = Schemas["ReportAnswer"];

const SAVED = "/api/workspaces/{workspace}/saved-reports";

/** An answer with what it answers: while the next one is under way, the one before is shown with its own question. */
export interface Answered {
  readonly answer: Answer;
  readonly spec: Spec;
}

export function answerQuery(workspace: string, report: string, spec: string) {
  return queryOptions({
    queryKey: [workspace, "reports", report, spec],
    queryFn: async ({ signal, client, queryKey }): Promise<Answered> => {
      const asked = JSON.parse(spec) as Spec;
      const params = { path: { workspace, name: report } };
      const answer = await followed<Answer>(client, queryKey, () =>
        unwrap(api.POST("/api/workspaces/{workspace}/reports/{name}/progress", { params, body: { ...asked }, signal, parseAs: "stream" })),
      );
      return { answer, spec: asked };
    },
    staleTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

/** The forms of all specs. */
export function formsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "report-forms"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/workspaces/{workspace}/reports", { params: { path: { workspace } }, signal })),
    staleTime: Infinity,
  });
}

export function savedListQuery(workspace: string, search: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "saved-reports", "list", search],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET(SAVED, {
          params: { path: { workspace }, query: { search, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function savedQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "saved-reports", "one", key],
    queryFn: ({ signal }) => unwrap(api.GET(`${SAVED}/{key}`, { params: { path: { workspace, key } }, signal })),
  });
}

export interface Save {
  /** Null: a new one, under a key made of its name. */
  readonly key: string | null;
  readonly name: string;
  readonly description: string;
  readonly report: string;
  readonly spec: Spec;
  /** The version that was changed, 0 for a new one or one that was removed. */
  readonly version: number;
}

export function useSaveReport() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ key, version, spec, ...said }: Save): Promise<Saved> => {
      const put = (mine: string): Promise<Saved> =>
        unwrap(
          api.PUT(`${SAVED}/{key}`, {
            params: { path: { workspace, key: mine } },
            body: { ...said, spec: { ...spec }, if_version: version },
          }),
        );
      if (key !== null) return put(key);
      // The key belongs to the address only; when somebody has taken it, the next one is as good.
      const taken = new Set<string>();
      for (;;) {
        const mine = keyFor(said.name, taken, "report");
        taken.add(mine);
        try {
          return await put(mine);
        } catch (error) {
          if (asApiError(error).code !== "saved_report_changed" || taken.size > 50) throw error;
        }
      }
    },
    onSuccess: async (saved) => {
      client.setQueryData(savedQuery(workspace, saved.key).queryKey, saved);
      await client.invalidateQueries({ queryKey: [workspace, "saved-reports", "list"] });
    },
  });
}

export function useRemoveReport() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => unwrap(api.DELETE(`${SAVED}/{key}`, { params: { path: { workspace, key } } })),
    onSuccess: async (gone) => {
      client.removeQueries({ queryKey: savedQuery(workspace, gone.key).queryKey });
      await client.invalidateQueries({ queryKey: [workspace, "saved-reports", "list"] });
    },
  });
}
