// Does an arm also win where a few large values do not decide?
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { useWorkspace } from "@/shell/workspace";
import { ranksQuery, type Trial, type TrialMetricResult } from "./queries";
import { useWriting } from "./useEffects";

interface RanksProps {
  readonly trial: Trial;
  readonly metric: TrialMetricResult;
  readonly arm: string;
}

export function Ranks({ trial, metric, arm }: RanksProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const write = useWriting();
  const query = useQuery(ranksQuery(slug, trial.key, metric.key));
  // The drawn difference is one of means, whatever the kind makes of what a person has.
  const unit = metric.kind === "top_share" ? "number" : metric.unit;
  return (
    <Card title={t("trials.ranks")} note={t("trials.ranksNote")}>
      <Ready query={query}>
        {({ items, top, heavy }) => {
          const found = items.find((one) => one.arm === arm);
          if (!found?.superiority || !found.difference) {
            return <p className="faint">{t(found?.reason === "weights_changed" ? "trials.ranksApart" : "trials.tooEarly")}</p>;
          }
          const { superiority, difference } = found;
          return (
            <>
              <p>
                <strong>
                  {t("trials.superiority", {
                    share: write.percent(superiority.value),
                    low: write.percent(superiority.low),
                    high: write.percent(superiority.high),
                    p: write.chance(found.rank_p),
                  })}
                </strong>
              </p>
              <p>
                {t("trials.drawnDifference", {
                  value: write.absolute(difference.value, unit),
                  low: write.absolute(difference.low, unit),
                  high: write.absolute(difference.high, unit),
                  p: write.chance(found.difference_p),
                })}
              </p>
              {top === null ? null : (
                <p className="faint">{t(heavy ? "trials.tailHeavy" : "trials.tailLight", { share: write.percent(top) })}</p>
              )}
            </>
          );
        }}
      </Ready>
    </Card>
  );
}
