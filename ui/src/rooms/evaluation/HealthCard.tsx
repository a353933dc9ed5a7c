// Is what is won paid for with what lasts? One index, and what it is made of.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat } from "@/parts/Facts";
import styles from "./Evaluation.module.css";
import type { Health } from "./queries";

export function HealthCard({ health }: { health: Health }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const whole = (value: number | null): string => (value === null ? "–" : value.toLocaleString(tag, { maximumFractionDigits: 0 }));
  const said = (part: string, value: number | null): string => {
    if (value === null) return "–";
    if (part === "pressure") return t("evaluation.perWeek", { value: value.toLocaleString(tag, { maximumFractionDigits: 1 }) });
    if (part === "nps") return value.toLocaleString(tag, { maximumFractionDigits: 1 });
    return value.toLocaleString(tag, { style: "percent", maximumFractionDigits: 2 });
  };
  return (
    <div className={styles.parts}>
      <Stat
        name={t("evaluation.index")}
        value={<span className="tabular">{whole(health.index)}</span>}
        note={t("evaluation.before", { value: whole(health.before) })}
      />
      {health.parts.map((one) => (
        <Stat
          key={one.part}
          name={t(`evaluation.parts.${one.part}`)}
          value={<span className="tabular">{said(one.part, one.value)}</span>}
          note={
            one.part === "nps" && one.value === null
              ? t("evaluation.noNps")
              : t("evaluation.score", { before: said(one.part, one.before), ceiling: said(one.part, one.ceiling), score: whole(one.score) })
          }
        />
      ))}
    </div>
  );
}
