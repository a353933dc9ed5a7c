// What do the pages of referrals read and change?
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Programmes = Schemas["ReferralProgrammes"];
export type Programme = Schemas["ReferralProgramme"];
export type ProgrammeWhole = Schemas["ReferralWhole"];
export type ProgrammeState = Programme["state"];
export type Spec = Schemas["ReferralSpec"];
export type RewardSpec = Required<Schemas["Reward"]>;
export type Limits = Required<Schemas["ReferralLimits"]>;
export type Checks = Required<Schemas["ReferralChecks"]>;
export type Code = Schemas["ReferralCode"];
export type Came = Schemas["ReferralBody"];
export type Reward = Schemas["ReferralReward"];
export type RewardState = Reward["state"];
export type Turn = Schemas["ReferralRewardTurn"]["state"];
export type Rules = Required<Schemas["ReferralRulesBody"]>;
export type Tree = Schemas["ReferralTree"];
export type TreeFacts = Schemas["ReferralTreeFacts"];
export type TreeNode = Schemas["ReferralNode"];
export type Place = Schemas["ReferralPlace"];

const HOME = "/api/workspaces/{workspace}";
const ONE = `${HOME}/referral-programmes/{key}` as const;
const PAGE = 50;

export function programmesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "referrals", "programmes"],
    queryFn: ({ signal }) => unwrap(api.GET(`${HOME}/referral-programmes`, { params: { path: { workspace } }, signal })),
  });
}

export function programmeQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "referrals", "programme", key],
    queryFn: ({ signal }) => unwrap(api.GET(ONE, { params: { path: { workspace, key } }, signal })),
  });
}

export function codesQuery(workspace: string, programme: string) {
  return queryOptions({
    queryKey: [workspace, "referrals", "codes", programme],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${HOME}/referral-codes`, { params: { path: { workspace }, query: { programme, limit: 100 } }, signal })),
  });
}

export function cameQuery(workspace: string, state: Came["state"] | null) {
  return infiniteQueryOptions({
    queryKey: [workspace, "referrals", "came", state],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(state ? { state } : {}), ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${HOME}/referrals`, { params: { path: { workspace }, query }, signal }));
    },
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function rewardsQuery(workspace: string, shown: RewardState | "refunded" | null) {
  return infiniteQueryOptions({
    queryKey: [workspace, "referrals", "rewards", shown],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const asked = shown === "refunded" ? { refunded: true } : shown ? { state: shown } : {};
      const query = { limit: PAGE, ...asked, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${HOME}/referral-rewards`, { params: { path: { workspace }, query }, signal }));
    },
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function rulesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "referrals", "rules"],
    queryFn: async ({ signal }): Promise<Rules> =>
      (await unwrap(api.GET(`${HOME}/referral-rules`, { params: { path: { workspace } }, signal }))) as Rules,
  });
}

export function treeQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "referrals", "tree"],
    queryFn: ({ signal }) => unwrap(api.GET(`${HOME}/referral-tree`, { params: { path: { workspace }, query: { limit: PAGE } }, signal })),
  });
}

export function placeQuery(workspace: string, person: number) {
  return queryOptions({
    queryKey: [workspace, "referrals", "place", person],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET(`${HOME}/referral-tree/{person_id}`, {
          params: { path: { workspace, person_id: person }, query: { limit: PAGE } },
          signal,
        }),
      ),
  });
}

/** Whom a person brought, some at a time. */
export function branchQuery(workspace: string, person: number) {
  return infiniteQueryOptions({
    queryKey: [workspace, "referrals", "branch", person],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(
        api.GET(`${HOME}/referral-tree/{person_id}/below`, { params: { path: { workspace, person_id: person }, query }, signal }),
      );
    },
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

function useChange<In, Out>(change: (workspace: string, asked: In) => Promise<Out>) {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: In) => change(slug, asked),
    onSuccess: () => client.invalidateQueries({ queryKey: [slug, "referrals"] }),
  });
}

export interface Saving {
  readonly key: string;
  readonly spec: Spec;
  readonly version: number;
}

export const useSaveProgramme = () =>
  useChange((workspace, { key, spec, version }: Saving) =>
    unwrap(api.PUT(ONE, { params: { path: { workspace, key } }, body: { spec, base_version: version } })),
  );

export const useTurnProgramme = (key: string) =>
  useChange((workspace, state: ProgrammeState) =>
    unwrap(api.POST(`${ONE}/state`, { params: { path: { workspace, key } }, body: { state } })),
  );

export const useIssueCode = (key: string) =>
  useChange((workspace, user: string) =>
    unwrap(api.POST(`${ONE}/codes`, { params: { path: { workspace, key } }, body: { user: { kind: "user_id", value: user } } })),
  );

export const useTurnCode = () =>
  useChange((workspace, { code, active }: { readonly code: string; readonly active: boolean }) =>
    unwrap(api.POST(`${HOME}/referral-codes/{code}/state`, { params: { path: { workspace, code } }, body: { active } })),
  );

export const useTurnRewards = () =>
  useChange((workspace, { rewards, state }: { readonly rewards: readonly number[]; readonly state: Turn }) =>
    unwrap(api.POST(`${HOME}/referral-rewards/turns`, { params: { path: { workspace } }, body: { reward_ids: [...rewards], state } })),
  );

export const useSaveRules = () =>
  useChange((workspace, body: Rules) => unwrap(api.PUT(`${HOME}/referral-rules`, { params: { path: { workspace } }, body })));

export const useMakeTree = () =>
  useChange<undefined, Tree>((workspace) => unwrap(api.POST(`${HOME}/referral-tree`, { params: { path: { workspace } } })));
