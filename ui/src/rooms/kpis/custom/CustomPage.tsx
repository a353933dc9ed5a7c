// Which metrics has this workspace made, and what are they worked out of?
import { useQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { Pencil, Plus, SquareFunction } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Page } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { useMetricName, useSaid } from "../marks";
import { metricsQuery, type Metric } from "../queries";
import styles from "./Custom.module.css";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(metricsQuery(slug));
  return (
    <Page title={t("customMetrics.title")} lead={t("customMetrics.lead")} actions={<NewButton />}>
      <Ready query={query}>
        {({ items }) => {
          const own = items.filter(({ custom }) => custom);
          return (
            <Card flush={own.length > 0}>
              {own.length > 0 ? (
                <MetricTable items={own} />
              ) : (
                <Notice
                  icon={SquareFunction}
                  title={t("customMetrics.none.title")}
                  text={t("customMetrics.none.text")}
                  action={<NewButton />}
                />
              )}
            </Card>
          );
        }}
      </Ready>
    </Page>
  );
}

function NewButton(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("kpis:write") ? (
    <Link to={path("custom-metrics", "new-metric")}>
      <Button type="primary" icon={<Plus size={14} aria-hidden />}>
        {t("customMetrics.new")}
      </Button>
    </Link>
  ) : null;
}

function MetricTable({ items }: { items: readonly Metric[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const name = useMetricName();
  const said = useSaid();
  const may = useMay("kpis:write");
  const columns: TableColumnsType<Metric> = [
    {
      title: t("customMetrics.metric"),
      key: "metric",
      render: (_, metric) => (
        <Link to={path("kpis", metric.key)} className={styles.name}>
          <strong>{name(metric)}</strong>
          <span>{said({ zh: metric.formula_zh, en: metric.formula_en })}</span>
        </Link>
      ),
    },
    {
      title: t("customMetrics.unit"),
      key: "unit",
      width: 120,
      responsive: ["sm"],
      render: (_, { unit }) => t(`customMetrics.units.${unit}`),
    },
    {
      title: t("customMetrics.horizon"),
      key: "horizon",
      width: 110,
      responsive: ["md"],
      render: (_, { horizon }) => <Pill tone={horizon === "long" ? "accent" : "plain"}>{t(`kpis.${horizon}`)}</Pill>,
    },
    {
      key: "edit",
      width: 56,
      render: (_, metric) => (
        <Link
          to={path("custom-metrics", metric.key)}
          aria-label={t(may ? "customMetrics.editOf" : "customMetrics.lookOf", { name: name(metric) })}
        >
          <Pencil size={14} aria-hidden />
        </Link>
      ),
    },
  ];
  return <Table<Metric> rowKey="key" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}
