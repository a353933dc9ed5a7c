// What do live events, receipts, health and dead letters read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import type { ReceiptStatus } from "@/api/contract";
import { touchNow } from "@/parts/useNow";
import { useWorkspace } from "@/shell/workspace";

export interface LiveFilter {
  readonly status: ReceiptStatus | "";
  readonly event: string;
}

const PAGE = 50;

export function liveQuery(workspace: string, { status, event }: LiveFilter) {
  return infiniteQueryOptions({
    queryKey: [workspace, "live", status, event],
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        limit: PAGE,
        ...(status ? { status } : {}),
        ...(event ? { event } : {}),
        ...(pageParam ? { before: pageParam } : {}),
      };
      const page = await unwrap(api.GET("/api/workspaces/{workspace}/events/live", { params: { path: { workspace }, query }, signal }));
      touchNow();
      return page;
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function receiptQuery(workspace: string, message_id: string) {
  return queryOptions({
    queryKey: [workspace, "receipt", message_id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/receipts/{message_id}", { params: { path: { workspace, message_id } }, signal })),
  });
}

export function healthQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "health"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/workspaces/{workspace}/health", { params: { path: { workspace } }, signal })),
    refetchInterval: 5000,
  });
}

export type LetterState = "open" | "replayed" | "dismissed";

export function deadLettersQuery(workspace: string, state: LetterState) {
  return infiniteQueryOptions({
    queryKey: [workspace, "dead-letters", state],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/workspaces/{workspace}/dead-letters", {
          params: { path: { workspace }, query: { state, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function deadLetterQuery(workspace: string, letter_id: string) {
  return queryOptions({
    queryKey: [workspace, "dead-letters", "one", letter_id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/dead-letters/{letter_id}", { params: { path: { workspace, letter_id } }, signal })),
  });
}

export function useSettleLetters(what: "replay" | "dismiss") {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (letter_ids: string[]) => {
      const init = { params: { path: { workspace } }, body: { letter_ids } };
      return unwrap(
        what === "replay"
          ? api.POST("/api/workspaces/{workspace}/dead-letters/replay", init)
          : api.POST("/api/workspaces/{workspace}/dead-letters/dismiss", init),
      );
    },
    onSettled: () =>
      Promise.all(["dead-letters", "health", "live", "audit"].map((each) => client.invalidateQueries({ queryKey: [workspace, each] }))),
  });
}
