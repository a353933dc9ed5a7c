// What does a metric come down to on a tile? Its number and change, how it went, and its parts.
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatFigure } from "../figures";
import { ChangeMark, GoalBar, useSaid } from "../marks";
import type { Answer } from "../queries";
import { Spark } from "../Spark";
import kpiStyles from "../Kpis.module.css";
import styles from "./Dashboards.module.css";
import type { TileAnswer } from "./queries";

interface MetricViewProps {
  readonly metric: Answer;
  readonly name: string;
  readonly segments: TileAnswer["segments"];
}

export function MetricView({ metric, name, segments }: MetricViewProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const said = useSaid();
  const { value, reason } = metric.value;
  const measure = { unit: metric.unit, currency: metric.currency, tag };
  const nameOf = ({ value: own, other, segment }: Answer["parts"][number]["group"]): string => {
    if (segment !== null) return segments?.[segment] ?? segment;
    return other ? t("kpis.by.others") : own === null || own === "" ? t("kpis.by.none") : own;
  };
  return (
    <>
      {value === null ? (
        <p className={styles.none}>{reason ? said(reason) : "–"}</p>
      ) : (
        <div className={kpiStyles.numbers}>
          <strong className={`tabular ${styles.value ?? ""}`}>{formatFigure(value, measure)}</strong>
          <ChangeMark answer={metric} before={metric.previous} />
        </div>
      )}
      {value === null ? null : <Spark points={metric.points} label={t("kpis.sparkOf", { name })} />}
      {metric.goal ? <GoalBar goal={metric.goal} answer={metric} /> : null}
      {metric.parts.length > 0 ? (
        <table className={styles.table}>
          <tbody>
            {metric.parts.map((part) => (
              <tr key={JSON.stringify(part.group)}>
                <td>{nameOf(part.group)}</td>
                <td className={`tabular ${styles.number ?? ""}`}>
                  {part.value.value === null ? "–" : formatFigure(part.value.value, measure)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </>
  );
}
