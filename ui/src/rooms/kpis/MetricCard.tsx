// How does one metric stand? Its value first, then how it changed and went, its target, and why there is no value where there is none.
import { Tooltip } from "antd";
import { CircleHelp } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { usePath } from "@/shell/workspace";
import { formatFigure } from "./figures";
import styles from "./Kpis.module.css";
import { ChangeMark, GoalBar, useMeasure, useMetricName, useSaid, Why } from "./marks";
import type { Answer, Metric } from "./queries";
import { Spark } from "./Spark";

interface MetricCardProps {
  readonly metric: Metric;
  readonly answer: Answer;
  /** What brings the page of the metric to the same days. */
  readonly search: string;
}

export function MetricCard({ metric, answer, search }: MetricCardProps): ReactNode {
  const { t } = useTranslation();
  const name = useMetricName()(metric);
  const said = useSaid();
  const path = usePath();
  const measure = useMeasure(answer.unit);
  const { value, reason } = answer.value;
  const formula = said({ zh: metric.formula_zh, en: metric.formula_en });
  return (
    <article className={styles.card} aria-label={name}>
      <header className={styles.cardHead}>
        <Link to={`${path("kpis", metric.key)}${search}`} className={styles.cardName}>
          {name}
        </Link>
        <Tooltip title={formula}>
          <span className={styles.help} tabIndex={0} role="img" aria-label={formula}>
            <CircleHelp size={13} aria-hidden />
          </span>
        </Tooltip>
      </header>
      {value === null ? (
        <p className={styles.none}>{reason ? <Why reason={reason} metric={metric} /> : "–"}</p>
      ) : (
        <div className={styles.numbers}>
          <strong className={`tabular ${styles.value ?? ""}`}>{formatFigure(value, measure)}</strong>
          <ChangeMark answer={answer} before={answer.previous} />
        </div>
      )}
      {value === null ? null : <Spark points={answer.points} label={t("kpis.sparkOf", { name })} />}
      {answer.goal ? <GoalBar goal={answer.goal} answer={answer} /> : null}
      {answer.guessed.length > 0 && value !== null ? (
        <Link to={path("tag-roles")} className={styles.guessed}>
          {t("kpis.guessed")}
        </Link>
      ) : null}
    </article>
  );
}
