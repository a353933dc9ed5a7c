// How is an alert edited? As a draft in the numbers that people type; turned into what the API takes.
import type { Language } from "@/i18n";
import { fromField, toField, type Measured } from "../figures";
import type { Unit } from "../frame";
import type { Alert, AlertSpec, Receiver } from "./queries";

export interface ReceiverDraft {
  readonly kind: Receiver["kind"];
  /** Of a robot that asks for signatures; empty where it asks for none. */
  readonly secret?: string;
  /** The address of a webhook, or that of a person. */
  readonly address: string;
  readonly language: Language;
}

export interface Draft {
  readonly name: string;
  readonly metric: string;
  readonly unit: Unit;
  readonly kind: AlertSpec["rule"]["kind"];
  /** Limits as they are typed: whole units of money, percent. */
  readonly above: number | null;
  readonly below: number | null;
  readonly direction: "both" | "up" | "down";
  readonly deviations: number;
  /** In percent. */
  readonly leastChange: number;
  /** Null: those that are saved stay, since their addresses are not shown again. */
  readonly receivers: readonly ReceiverDraft[] | null;
  /** What the page does not edit is kept. */
  readonly kept: Pick<AlertSpec, "config" | "dimensions">;
}

export function blankDraft(metric: string, language: Language): Draft {
  return {
    name: "",
    metric,
    unit: "day",
    kind: "anomaly",
    above: null,
    below: null,
    direction: "both",
    deviations: 3.5,
    leastChange: 5,
    receivers: [{ kind: "email", address: "", language }],
    kept: {},
  };
}

/** measured: the unit of its metric, in which the limits are typed. */
export function draftOf({ name, spec }: Alert, measured: Measured, currency: string): Draft {
  const { rule } = spec;
  const limit = (value: number | null | undefined): number | null =>
    value === null || value === undefined ? null : toField(value, measured, currency);
  return {
    name,
    metric: spec.metric,
    unit: spec.unit ?? "day",
    kind: rule.kind,
    above: limit(rule.above),
    below: limit(rule.below),
    direction: rule.direction ?? "both",
    deviations: rule.deviations ?? 3.5,
    leastChange: Number(((rule.min_change ?? 0.05) * 100).toPrecision(6)),
    receivers: null,
    kept: { config: spec.config ?? null, dimensions: spec.dimensions ?? null },
  };
}

export function specOf(draft: Draft, measured: Measured, currency: string): AlertSpec {
  const limit = (shown: number | null): number | null => (shown === null ? null : fromField(shown, measured, currency));
  const rule: AlertSpec["rule"] =
    draft.kind === "threshold"
      ? { kind: "threshold", above: limit(draft.above), below: limit(draft.below) }
      : { kind: "anomaly", direction: draft.direction, deviations: draft.deviations, min_change: draft.leastChange / 100 };
  return { ...draft.kept, metric: draft.metric, unit: draft.unit, rule };
}

/** Whether a receiver may ask for a signature by a secret of its own. */
export function signs(kind: Receiver["kind"]): boolean {
  return kind === "dingtalk" || kind === "feishu";
}

export function receiversOf(drafts: readonly ReceiverDraft[]): Receiver[] {
  return drafts.map(({ kind, address, language, secret = "" }) =>
    kind === "email"
      ? { kind, to: address.trim(), language }
      : { kind, url: address.trim(), language, ...(signs(kind) && secret.trim() ? { secret: secret.trim() } : {}) },
  );
}

export type Lack = "name" | "metric" | "limits" | "order" | "receivers";

const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const URL_FORM = /^https?:\/\/\S+$/i;

export function isAddress({ kind, address }: ReceiverDraft): boolean {
  return (kind === "email" ? MAIL : URL_FORM).test(address.trim());
}

/** What is missing before the rule can be asked, and before all of it can be saved. */
export function lacksOf(draft: Draft): { readonly rule: readonly Lack[]; readonly whole: readonly Lack[] } {
  const rule: Lack[] = [];
  if (draft.metric === "") rule.push("metric");
  if (draft.kind === "threshold") {
    if (draft.above === null && draft.below === null) rule.push("limits");
    else if (draft.above !== null && draft.below !== null && draft.above < draft.below) rule.push("order");
  }
  const whole = [...rule];
  if (draft.name.trim() === "") whole.push("name");
  if (draft.receivers && !draft.receivers.every(isAddress)) whole.push("receivers");
  return { rule, whole };
}
