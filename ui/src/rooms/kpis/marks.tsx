// How is a metric shown in small: its value, how it changed, why there is none, how far it is from its target?
import { Tooltip } from "antd";
import { ArrowDownRight, ArrowRight, ArrowUpRight } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Time } from "@/parts/values";
import { spokenIn } from "@/rooms/profiles/tags/words";
import { usePath, useWorkspace } from "@/shell/workspace";
import { changeOf, formatChange, formatFigure, progressOf, turnOf, type Measure, type Turn } from "./figures";
import { bucketName, daysOf, stretchName } from "./frame";
import styles from "./Kpis.module.css";
import type { Answer, Compared, Goal, Metric, Reason } from "./queries";

export function useMeasure(unit: Metric["unit"]): Measure {
  const { tag } = useLanguage();
  const { currency } = useWorkspace();
  return { unit, currency, tag };
}

export function useMetricName(): (metric: Pick<Metric, "label_zh" | "label_en">) => string {
  const { language } = useLanguage();
  return ({ label_zh, label_en }) => spokenIn(language, { zh: label_zh, en: label_en });
}

export function useSaid(): (words: { readonly zh: string; readonly en: string }) => string {
  const { language } = useLanguage();
  return (words) => spokenIn(language, words);
}

const ARROWS = { up: ArrowUpRight, down: ArrowDownRight, flat: ArrowRight } as const;
const TURNS: Record<Turn, string | undefined> = { better: styles.better, worse: styles.worse, same: styles.same };

interface ChangeMarkProps {
  readonly answer: Pick<Answer, "value" | "unit" | "good">;
  readonly before: Compared | null;
}

/** How much more or less than in an earlier period, and whether that is good. */
export function ChangeMark({ answer, before }: ChangeMarkProps): ReactNode {
  const { t } = useTranslation();
  const measure = useMeasure(answer.unit);
  const change = changeOf(answer.value.value, before, answer.unit);
  if (change === null || before === null) return null;
  const turn = turnOf(change, answer.good);
  const Arrow = ARROWS[turn === "same" ? "flat" : change.amount > 0 ? "up" : "down"];
  const amount = formatChange(change, measure.tag);
  const value = formatFigure(before.value.value ?? 0, measure);
  const hint = t("kpis.changeHint", { value, days: stretchName(before.first_day, before.last_day, measure.tag) });
  return (
    <Tooltip title={hint}>
      <span className={TURNS[turn]} aria-label={`${t(`kpis.turns.${turn}`)} ${amount}`}>
        <Arrow size={13} aria-hidden />
        {change.kind === "points" ? t("kpis.points", { n: amount }) : amount}
      </span>
    </Tooltip>
  );
}

interface WhyProps {
  readonly reason: Reason;
  readonly metric: Pick<Metric, "key" | "custom">;
  /** Where the next step is on this very page. */
  readonly bare?: boolean;
}

/** Why there is no number, with the next step where the page knows one. */
export function Why({ reason, metric, bare = false }: WhyProps): ReactNode {
  const { t } = useTranslation();
  const said = useSaid();
  const path = usePath();
  const steps: Readonly<Record<string, readonly [address: string, words: string]>> = {
    missing_role: [path("tag-roles"), t("kpis.steps.roles")],
    no_spend: [path("spend"), t("kpis.steps.spend")],
    no_forecast: [path("lifetime-value"), t("shell.pages.lifetimeValue")],
    no_feature: [`${path("kpis", metric.key)}?setup=1`, t("kpis.steps.feature")],
    ...(metric.custom ? { no_value: [path("custom-metrics", metric.key), t("kpis.steps.formula")] as const } : {}),
  };
  const step = bare ? undefined : steps[reason.code];
  return (
    <span className={styles.why}>
      {said(reason)}
      {step ? (
        <>
          {" "}
          <Link to={step[0]} className={styles.step}>
            {step[1]}
          </Link>
        </>
      ) : null}
    </span>
  );
}

/** A target and how far it is reached, with how much of its time is gone. */
export function GoalBar({ goal, answer }: { goal: Goal; answer: Pick<Answer, "unit" | "good"> }): ReactNode {
  const { t } = useTranslation();
  const measure = useMeasure(answer.unit);
  const progress = progressOf(goal, answer.good);
  const all = daysOf(goal.bucket, goal.last_day);
  const gone = daysOf(goal.bucket, goal.through);
  const share = progress ? new Intl.NumberFormat(measure.tag, { style: "percent", maximumFractionDigits: 0 }).format(progress.share) : "–";
  const words = t(answer.good === "up" ? "kpis.goal.atLeast" : "kpis.goal.atMost", {
    target: formatFigure(goal.target, measure),
    when: bucketName(goal.bucket, goal.unit, measure.tag),
  });
  const now = goal.value.value === null ? "–" : formatFigure(goal.value.value, measure);
  return (
    <Tooltip title={t("kpis.goal.hint", { now, share, gone, all })}>
      <span className={styles.goal}>
        <span className={styles.goalWords}>
          <span>{words}</span>
          <span className="tabular">{share}</span>
        </span>
        <span className={styles.track} aria-hidden>
          <span
            className={progress?.reached ? styles.reached : answer.good === "down" ? styles.over : undefined}
            style={{ width: `${Math.min(1, Math.max(0, progress?.share ?? 0)) * 100}%` }}
          />
          {goal.complete || all === 1 ? null : <i style={{ left: `${(gone / all) * 100}%` }} />}
        </span>
      </span>
    </Tooltip>
  );
}

/** Up to when what arrived is counted. */
export function Freshness({ watermark }: { watermark: string | null | undefined }): ReactNode {
  const { t } = useTranslation();
  if (!watermark) return null;
  return (
    <span className={styles.fresh}>
      {t("kpis.counted")} <Time at={watermark} />
    </span>
  );
}
