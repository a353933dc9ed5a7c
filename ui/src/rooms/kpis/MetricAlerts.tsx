// Who is told when this metric moves? The alerts on it.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { BellPlus, BellRing } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "./alerts/Alerts.module.css";
import { alertsQuery, type Alert } from "./alerts/queries";
import { StandingPill } from "./alerts/StandingPill";
import { useRuleWords } from "./alerts/words";
import type { Metric } from "./queries";

export function MetricAlerts({ metric }: { metric: Metric }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(alertsQuery(slug));
  return (
    <Card title={t("alerts.title")} note={t("kpis.alertsNote")}>
      <Ready query={query} rows={2}>
        {({ items }) => <Mine metric={metric} items={items.filter(({ spec }) => spec.metric === metric.key)} />}
      </Ready>
    </Card>
  );
}

function Mine({ metric, items }: { metric: Metric; items: readonly Alert[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const rule = useRuleWords();
  const may = useMay("kpis:write");
  if (items.length === 0) {
    return (
      <Notice
        compact
        icon={BellRing}
        title={t("kpis.noAlerts")}
        action={
          may ? (
            <Link to={`${path("alerts", "new-alert")}?metric=${metric.key}`}>
              <Button icon={<BellPlus size={14} aria-hidden />}>{t("kpis.newAlert")}</Button>
            </Link>
          ) : undefined
        }
      />
    );
  }
  return (
    <ul className={styles.firings}>
      {items.map((alert) => (
        <li key={alert.alert_id} className={styles.firingHead}>
          <Link to={path("alerts", alert.alert_id)} className={styles.name}>
            <strong>{alert.name}</strong>
            <span>{rule(alert.spec, metric)}</span>
          </Link>
          <StandingPill alert={alert} />
        </li>
      ))}
    </ul>
  );
}
