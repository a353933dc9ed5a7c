// Which alerts are there, what do they watch, and are they well?
import { useQuery } from "@tanstack/react-query";
import { Button, Switch, Table, type TableColumnsType } from "antd";
import { BellPlus, BellRing } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { useMetricName } from "../marks";
import { metricsQuery, type Metric } from "../queries";
import { StandingPill } from "./StandingPill";
import styles from "./Alerts.module.css";
import { alertsQuery, useChangeAlert, type Alert } from "./queries";
import { useRuleWords } from "./words";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(alertsQuery(slug));
  return (
    <Page title={t("alerts.title")} lead={t("alerts.lead")} actions={<NewButton />}>
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <Card flush>
              <AlertTable items={items} />
            </Card>
          ) : (
            <Card>
              <Notice icon={BellRing} title={t("alerts.none.title")} text={t("alerts.none.text")} action={<NewButton />} />
            </Card>
          )
        }
      </Ready>
    </Page>
  );
}

function NewButton(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("kpis:write") ? (
    <Link to={path("alerts", "new-alert")}>
      <Button type="primary" icon={<BellPlus size={14} aria-hidden />}>
        {t("alerts.new")}
      </Button>
    </Link>
  ) : null;
}

export function useMetricsByKey(): ReadonlyMap<string, Metric> {
  const { slug } = useWorkspace();
  const { data } = useQuery(metricsQuery(slug));
  return new Map(data?.items.map((metric) => [metric.key, metric]));
}

export function AlertTable({ items }: { items: readonly Alert[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const metrics = useMetricsByKey();
  const name = useMetricName();
  const rule = useRuleWords();
  const columns: TableColumnsType<Alert> = [
    {
      title: t("alerts.name"),
      key: "name",
      render: (_, alert) => {
        const metric = metrics.get(alert.spec.metric);
        return (
          <Link to={path("alerts", alert.alert_id)} className={styles.name}>
            <strong>{alert.name}</strong>
            <span>
              {metric ? name(metric) : alert.spec.metric} · {rule(alert.spec, metric)}
            </span>
          </Link>
        );
      },
    },
    { title: t("alerts.state"), key: "state", width: 130, render: (_, alert) => <StandingPill alert={alert} /> },
    { title: t("alerts.looked"), key: "looked", width: 130, responsive: ["md"], render: (_, alert) => <Time at={alert.looked_at} /> },
    {
      title: t("alerts.whom"),
      key: "whom",
      width: 220,
      responsive: ["lg"],
      render: (_, alert) =>
        alert.receivers.length > 0 ? (
          <span className={styles.whom}>{alert.receivers.map(({ whom }) => whom).join(", ")}</span>
        ) : (
          <span className="faint">{t("alerts.nobody")}</span>
        ),
    },
    { title: t("alerts.on"), key: "on", width: 70, render: (_, alert) => <OnSwitch alert={alert} /> },
  ];
  return <Table<Alert> rowKey="alert_id" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}

export function OnSwitch({ alert }: { alert: Alert }): ReactNode {
  const { t } = useTranslation();
  const failed = useFailed();
  const { mutate, isPending } = useChangeAlert();
  const may = useMay("kpis:write");
  return (
    <Switch
      size="small"
      checked={alert.enabled}
      disabled={!may}
      loading={isPending}
      onChange={(enabled) => mutate({ alert_id: alert.alert_id, enabled }, { onError: failed })}
      aria-label={t("alerts.onOf", { name: alert.name })}
    />
  );
}
