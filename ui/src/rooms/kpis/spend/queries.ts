// What do the pages of spend read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, csrf, unwrap, type Schemas } from "@/api/client";
import { toApiError } from "@/api/errors";
import { useWorkspace } from "@/shell/workspace";
import { amountText } from "./channels";

export type Spend = Schemas["SpendBody"];
export type Told = Schemas["SpendFileAnswer"];

const BASE = "/api/workspaces/{workspace}/spend";

export function spendQuery(workspace: string, first: string, last: string) {
  return queryOptions({
    queryKey: [workspace, "spend", first, last],
    queryFn: ({ signal }) =>
      unwrap(api.GET(BASE, { params: { path: { workspace }, query: { first_day: first, last_day: last } }, signal })),
  });
}

/** What was spent is part of what a new user costs, so metrics are read anew too. */
function useFresh(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => {
    for (const key of ["spend", "kpis", "guardrails"]) void client.invalidateQueries({ queryKey: [workspace, key] });
  };
}

/** Sends the file; with `dry` the server only says what it would do. */
export function useSendSpend() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: async ({ file, dry }: { readonly file: File; readonly dry: boolean }): Promise<Told> => {
      const address = `/api/workspaces/${encodeURIComponent(workspace)}/spend/file${dry ? "?dry_run=true" : ""}`;
      const headers = { "X-CSRF-Token": csrf(), "Content-Type": "text/csv" };
      const answer = await fetch(address, { method: "POST", body: file, headers, credentials: "same-origin" });
      const body: unknown = await answer.json().catch(() => null);
      if (!answer.ok) throw toApiError(answer.status, body);
      return body as Told;
    },
    onSuccess: ({ dry_run }) => {
      if (!dry_run) fresh();
    },
  });
}

export function usePutSpend() {
  const { slug: workspace, currency } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (rows: readonly Spend[]) =>
      unwrap(
        api.PUT(BASE, {
          params: { path: { workspace } },
          body: {
            currency,
            rows: rows.map(({ day, channel, amount_minor }) => ({ day, channel, amount: amountText(amount_minor, currency) })),
          },
        }),
      ),
    onSuccess: fresh,
  });
}

export function useDeleteSpend() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (query: { readonly channel: string; readonly first_day: string; readonly last_day: string }) =>
      unwrap(api.DELETE(BASE, { params: { path: { workspace }, query } })),
    onSuccess: fresh,
  });
}
