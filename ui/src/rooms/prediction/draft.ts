// What is a model while it is being defined? An outcome that people reach or not, or a seed of people that others are like.
import { didOf, doingOf, groupOf, leafOf, type Group, type Kind } from "@/rooms/segments/condition";
import { check } from "@/rooms/segments/check";
import { dump } from "@/rooms/segments/dump";
import type { Trouble } from "@/rooms/segments/builder/context";
import type { Definition } from "./queries";

export const RULES = ["recency", "frequency", "rhythm"] as const;

export interface ModelDraft {
  readonly key: string | null;
  readonly label: { readonly zh: string; readonly en: string };
  readonly kind: "outcome" | "seed";
  /** The outcome, or who the seed is. */
  readonly condition: Group;
  readonly days: number;
  readonly among: Group;
  readonly rule: (typeof RULES)[number];
  readonly autoPromote: boolean;
  readonly retrainDays: number;
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
    rule: "recency",
    autoPromote: true,
    retrainDays: 30,
  };
}

export function bodyOf(draft: ModelDraft): Definition {
  const { kind, condition, among, label } = draft;
  // A name in one language stands for both until somebody says the other.
  const [zh, en] = [label.zh.trim() || label.en.trim(), label.en.trim() || label.zh.trim()];
  return {
    label_zh: zh || "-",
    label_en: en || "-",
    target: kind === "outcome" ? { kind, condition: dump(condition), days: draft.days } : { kind, who: dump(condition) },
    among: among.parts.length === 0 ? null : dump(among),
    rule: { kind: draft.rule },
    fallback: false,
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
