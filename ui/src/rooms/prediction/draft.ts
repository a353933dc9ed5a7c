// What is a model while it is being defined? An outcome that people reach or not, or a seed of people that others are like.
import { didOf, doingOf, groupOf, leafOf, type Group, type Kind } from "@/rooms/segments/condition";
import { check } from "@/rooms/segments/check";
import { dump } from "@/rooms/segments/dump";
import { read } from "@/rooms/segments/read";
import type { Trouble } from "@/rooms/segments/builder/context";
import type { Definition } from "./queries";

export const RULES = ["recency", "frequency", "rhythm"] as const;
type Rule = NonNullable<Definition["rule"]>;
type Seed = Extract<Definition["target"], { kind: "seed" }>;

export interface ModelDraft {
  readonly key: string | null;
  readonly label: { readonly zh: string; readonly en: string };
  readonly kind: "outcome" | "seed";
  /** The outcome, or who the seed is. */
  readonly condition: Group;
  readonly days: number;
  readonly among: Group;
  /** One of RULES, or what only code can say, such as a tag. */
  readonly rule: Rule;
  readonly fallback: boolean;
  readonly autoPromote: boolean;
  readonly retrainDays: number;
  /** Who is surely unlike the seed, and as of when: said by code, and kept. */
  readonly seed: Pick<Seed, "against" | "as_of">;
}

/** What is only known as it is now says nothing of the past, so no outcome can ask it. */
export const NO_PAST: readonly Kind[] = ["tag", "top", "segment", "list", "related"];

export function blankModel(): ModelDraft {
  return {
    key: null,
    label: { zh: "", en: "" },
    kind: "outcome",
    condition: groupOf([leafOf(didOf(doingOf()))]),
    days: 30,
    among: groupOf([]),
    rule: { kind: "recency" },
    fallback: false,
    autoPromote: true,
    retrainDays: 30,
    seed: {},
  };
}

/** What stands, to be changed. */
export function draftOf(key: string, { label_zh, label_en, target, among, rule, ...rest }: Definition): ModelDraft {
  const blank = blankModel();
  return {
    key,
    label: { zh: label_zh, en: label_en },
    kind: target.kind,
    condition: read(target.kind === "outcome" ? target.condition : target.who),
    days: target.kind === "outcome" ? target.days : blank.days,
    among: among ? read(among) : blank.among,
    rule: rule ?? blank.rule,
    fallback: rest.fallback ?? blank.fallback,
    autoPromote: rest.auto_promote ?? blank.autoPromote,
    retrainDays: rest.retrain_days ?? blank.retrainDays,
    seed: target.kind === "seed" ? { against: target.against ?? null, as_of: target.as_of ?? null } : {},
  };
}

export function bodyOf(draft: ModelDraft): Definition {
  const { kind, condition, among, label } = draft;
  // A name in one language stands for both until somebody says the other.
  const [zh, en] = [label.zh.trim() || label.en.trim(), label.en.trim() || label.zh.trim()];
  return {
    label_zh: zh || "-",
    label_en: en || "-",
    target: kind === "outcome" ? { kind, condition: dump(condition), days: draft.days } : { kind, who: dump(condition), ...draft.seed },
    among: among.parts.length === 0 ? null : dump(among),
    rule: draft.rule,
    fallback: draft.fallback,
    auto_promote: draft.autoPromote,
    retrain_days: draft.retrainDays,
  };
}

/** What is not filled in, by the paths of the API. */
export function troublesOf(draft: ModelDraft): readonly Trouble[] {
  const placed = (root: Group, start: string): Trouble[] => check(root).map(({ path, lack }) => ({ path: `${start}.${path}`, lack }));
  return [
    ...placed(draft.condition, draft.kind === "outcome" ? "target.condition" : "target.who"),
    ...(draft.among.parts.length === 0 ? [] : placed(draft.among, "among")),
  ];
}
