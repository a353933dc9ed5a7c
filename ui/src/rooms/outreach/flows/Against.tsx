// What did the flow change? Those who were in it against those held out, with how sure that is.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Stat, Stats } from "@/parts/Facts";
import { Card } from "@/parts/Page";
import type { Report } from "./queries";

export function Against({ against }: { against: Report["against"] }): ReactNode {
  const { t } = useTranslation();
  if (!against) return null;
  const share = (some: number, of: number): string => (of === 0 ? "–" : `${((100 * some) / of).toFixed(1)}%`);
  const points = (value: number | null): string => (value === null ? "–" : `${value >= 0 ? "+" : ""}${(100 * value).toFixed(1)}`);
  const sure = against.low !== null && against.high !== null && (against.low > 0 || against.high < 0);
  const verdict = against.difference === null ? "nobody" : !sure ? "unsure" : against.difference > 0 ? "better" : "worse";
  return (
    <Card title={t("flows.against.title")} note={t(`flows.against.${verdict}`)}>
      <Stats>
        <Stat
          name={t("flows.against.treated")}
          value={share(against.reached, against.people)}
          note={t("flows.against.of", { some: against.reached, all: against.people })}
        />
        <Stat
          name={t("flows.against.held")}
          value={share(against.held_reached, against.held)}
          note={t("flows.against.of", { some: against.held_reached, all: against.held })}
        />
        <Stat
          name={t("flows.against.difference")}
          value={t("flows.against.points", { points: points(against.difference) })}
          note={t("flows.against.between", { low: points(against.low), high: points(against.high) })}
        />
      </Stats>
    </Card>
  );
}
