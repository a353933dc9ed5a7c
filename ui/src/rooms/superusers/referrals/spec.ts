// What does a new programme say before anybody changes it?
import type { Checks, Limits, RewardSpec, Spec } from "./queries";

export const CHECKS = ["device", "network", "address", "mailbox"] as const;

export const EMPTY: Spec = { name: "", target: "" };

export const noReward: RewardSpec = { kind: "words", text: "", amount: 0 };
const LIMITS: Limits = { per_month: 20, waiting_days: 14, min_order_minor: 0, order_within_days: 90, new_people_only: true };
const STRICT: Checks = { device: "refuse", network: "flag", address: "refuse", mailbox: "refuse" };

export const limitsOf = (spec: Spec): Limits => ({ ...LIMITS, ...spec.limits });
export const checksOf = (spec: Spec): Checks => ({ ...STRICT, ...spec.checks });
export const rewardOf = (spec: Spec, side: "inviter" | "invitee"): RewardSpec => ({ ...noReward, ...spec[side] });
