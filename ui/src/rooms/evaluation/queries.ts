// What do the pages of evaluation read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type League = Schemas["LeagueBody"];
export type LeagueLine = Schemas["LeagueLine"];
export type Worth = Schemas["WorthBody"];
export type Effect = Schemas["EffectBody"];
export type Span = Schemas["SpanBody"];
export type ActionWhole = Schemas["ActionWhole"];
export type Decision = Schemas["ActionDecision"];
export type Health = Schemas["RelationHealth"];
export type Terms = Required<Schemas["EvaluationTermsBody"]>;
export type Cost = Required<Schemas["ActionCostBody"]>;
export type Kind = Worth["kind"];
export type Acquisition = Schemas["AcquisitionBody"];
export type Acquired = Schemas["AcquiredBody"];
export type Review = Schemas["ReviewBody"];
export type Credits = Schemas["CreditsBody"];
export type Credited = Schemas["CreditedBody"];
export type Truth = Schemas["ActionTruth"];
export type ChannelCredits = Schemas["ChannelCreditsBody"];
export type ChannelCredit = Schemas["ChannelCreditBody"];
export type Horizon = 7 | 30 | 60 | 90;

export const HORIZONS: readonly Horizon[] = [7, 30, 60, 90];
const BASE = "/api/workspaces/{workspace}/evaluation";
const ONE = `${BASE}/actions/{action_kind}/{key}` as const;

export function leagueQuery(workspace: string, horizon: Horizon | null) {
  return queryOptions({
    queryKey: [workspace, "evaluation", "league", horizon],
    queryFn: ({ signal }) =>
      unwrap(api.GET(BASE, { params: { path: { workspace }, query: horizon ? { horizon_days: horizon } : {} }, signal })),
  });
}

export function healthQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "evaluation", "health"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/health`, { params: { path: { workspace } }, signal })),
  });
}

export function acquisitionQuery(workspace: string, months: number) {
  return queryOptions({
    queryKey: [workspace, "evaluation", "acquisition", months],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/acquisition`, { params: { path: { workspace }, query: { months } }, signal })),
  });
}

export function creditsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "evaluation", "attribution"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/attribution`, { params: { path: { workspace } }, signal })),
  });
}

export function channelsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "evaluation", "channels"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/channels`, { params: { path: { workspace } }, signal })),
  });
}

export function reviewQuery(workspace: string, month: string, language: "zh" | "en") {
  return queryOptions({
    queryKey: [workspace, "evaluation", "review", month, language],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/review`, { params: { path: { workspace }, query: { month, language } }, signal })),
  });
}

export function termsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "evaluation", "terms"],
    queryFn: async ({ signal }): Promise<Terms> =>
      (await unwrap(api.GET(`${BASE}/terms`, { params: { path: { workspace } }, signal }))) as Terms,
  });
}

export function actionQuery(workspace: string, kind: Kind, key: string) {
  return queryOptions({
    queryKey: [workspace, "evaluation", "action", kind, key],
    queryFn: ({ signal }) => unwrap(api.GET(ONE, { params: { path: { workspace, action_kind: kind, key } }, signal })),
  });
}

export function truthQuery(workspace: string, kind: Kind, key: string) {
  return queryOptions({
    queryKey: [workspace, "evaluation", "truth", kind, key],
    queryFn: ({ signal }) => unwrap(api.GET(`${ONE}/truth`, { params: { path: { workspace, action_kind: kind, key } }, signal })),
  });
}

function useAgain(): () => Promise<void> {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: [slug, "evaluation"] });
}

export function useSaveTerms() {
  const { slug: workspace } = useWorkspace();
  const onSuccess = useAgain();
  return useMutation({
    mutationFn: (body: Terms) => unwrap(api.PUT(`${BASE}/terms`, { params: { path: { workspace } }, body })),
    onSuccess,
  });
}

export function useSaveCost(kind: Kind, key: string) {
  const { slug: workspace } = useWorkspace();
  const onSuccess = useAgain();
  return useMutation({
    mutationFn: (body: Cost) => unwrap(api.PUT(`${ONE}/cost`, { params: { path: { workspace, action_kind: kind, key } }, body })),
    onSuccess,
  });
}

export function useDecide(kind: Kind, key: string) {
  const { slug: workspace } = useWorkspace();
  const onSuccess = useAgain();
  return useMutation({
    mutationFn: (body: Schemas["DecisionMade"]) =>
      unwrap(api.POST(`${ONE}/decisions`, { params: { path: { workspace, action_kind: kind, key } }, body })),
    onSuccess,
  });
}

export function useUndoDecision() {
  const { slug: workspace } = useWorkspace();
  const onSuccess = useAgain();
  return useMutation({
    mutationFn: (decision_id: number) =>
      unwrap(api.POST(`${BASE}/decisions/{decision_id}/undo`, { params: { path: { workspace, decision_id } } })),
    onSuccess,
  });
}
