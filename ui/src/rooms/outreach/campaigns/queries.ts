// What do the pages of campaigns and the calendar read and change?
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

/** The server always says everything; what may be left out when it is sent is there when it is read. */
type Whole<T> = T extends readonly (infer E)[]
  ? Whole<E>[]
  : T extends object
    ? string extends keyof T
      ? T
      : { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }
    : T;

export type Campaign = Whole<Schemas["CampaignWhole"]>;
export type CampaignLine = Schemas["CampaignLine"];
export type CampaignState = CampaignLine["state"];
export type Spec = Campaign["spec"];
export type Outlook = Schemas["CampaignOutlook"];
export type CampaignProblem = Schemas["CampaignProblem"];
export type CampaignReport = Schemas["CampaignReportBody"];
export type VariantCount = CampaignReport["variants"][number];
export type CalendarItem = Schemas["CalendarItem"];

const BASE = "/api/workspaces/{workspace}";

export function campaignsQuery(workspace: string, state: CampaignState | undefined, search: string) {
  return queryOptions({
    queryKey: [workspace, "campaigns", "list", state, search],
    queryFn: ({ signal }) => {
      const query = { ...(state ? { state } : {}), ...(search ? { search } : {}) };
      return unwrap(api.GET(`${BASE}/campaigns`, { params: { path: { workspace }, query }, signal }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}

export function campaignQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "campaigns", "one", key],
    queryFn: async ({ signal }): Promise<Campaign> =>
      (await unwrap(api.GET(`${BASE}/campaigns/{key}`, { params: { path: { workspace, key } }, signal }))) as Campaign,
  });
}

export function campaignReportQuery(workspace: string, key: string, occurrence: number | null) {
  return queryOptions({
    queryKey: [workspace, "campaigns", "report", key, occurrence],
    queryFn: ({ signal }) => {
      const query = occurrence === null ? {} : { occurrence };
      return unwrap(api.GET(`${BASE}/campaigns/{key}/report`, { params: { path: { workspace, key }, query }, signal }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });
}

/** What launching would do; asked by its text, so that the same spec is the same question. */
export function outlookQuery(workspace: string, key: string, spec: string) {
  return queryOptions({
    queryKey: [workspace, "campaign-preview", key, spec],
    queryFn: ({ signal }) => {
      const body = { key, spec: JSON.parse(spec) as Spec };
      return unwrap(api.POST(`${BASE}/campaign-previews`, { params: { path: { workspace } }, body, signal }));
    },
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 30_000,
  });
}

export function calendarQuery(workspace: string, start: string, end: string) {
  return queryOptions({
    queryKey: [workspace, "campaigns", "calendar", start, end],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/calendar`, { params: { path: { workspace }, query: { start, end } }, signal })),
    placeholderData: keepPreviousData,
  });
}

function useFresh(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: [workspace, "campaigns"] });
}

export interface SavedCampaign {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly spec: Spec;
  readonly revision: number;
}

export function useSaveCampaign() {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: ({ key, ...body }: SavedCampaign) =>
      unwrap(api.PUT(`${BASE}/campaigns/{key}`, { params: { path: { workspace, key } }, body })),
    onSuccess: fresh,
  });
}

/** Let a campaign go, approve it, hold it, end it, or put it away. */
export type CampaignTurn = "launch" | "approve" | "withdraw" | "pause" | "resume" | "cancel" | "archive";

export function useTurnCampaign(key: string, revision: number) {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  const params = { path: { workspace, key } };
  return useMutation({
    mutationFn: async (turn: CampaignTurn): Promise<void> => {
      if (turn === "archive") await unwrap(api.DELETE(`${BASE}/campaigns/{key}`, { params }));
      else if (turn === "launch") await unwrap(api.POST(`${BASE}/campaigns/{key}/launch`, { params, body: { revision } }));
      else if (turn === "approve") await unwrap(api.POST(`${BASE}/campaigns/{key}/approve`, { params }));
      else if (turn === "withdraw") await unwrap(api.POST(`${BASE}/campaigns/{key}/withdraw`, { params }));
      else if (turn === "pause") await unwrap(api.POST(`${BASE}/campaigns/{key}/pause`, { params }));
      else if (turn === "resume") await unwrap(api.POST(`${BASE}/campaigns/{key}/resume`, { params }));
      else await unwrap(api.POST(`${BASE}/campaigns/{key}/cancel`, { params }));
    },
    onSuccess: fresh,
    onError: fresh,
  });
}
