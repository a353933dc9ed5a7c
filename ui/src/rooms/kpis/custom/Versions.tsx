// How was the metric defined over time, and who changed that? An earlier version can be put back.
import { App, Button, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Json } from "@/parts/Json";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay } from "@/shell/workspace";
import { specOf, useSaveMetric, type Version } from "./queries";

interface VersionsProps {
  readonly metricKey: string;
  readonly items: readonly Version[];
  /** The version in force, 0 for none. */
  readonly base: number;
}

export function Versions({ metricKey, items, base }: VersionsProps): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useSaveMetric();
  const may = useMay("kpis:write");
  const restore = (version: Version): void =>
    mutate(
      { key: metricKey, spec: specOf(version), base },
      { onSuccess: () => void message.success(t("customMetrics.restored", { version: version.version })), onError: failed },
    );
  const columns: TableColumnsType<Version> = [
    {
      title: t("customMetrics.version"),
      key: "version",
      render: (_, { version }) => (
        <>
          {version} {version === base ? <Pill tone="good">{t("customMetrics.inForce")}</Pill> : null}
        </>
      ),
    },
    { title: t("customMetrics.formula"), key: "formula", render: (_, version) => <code>{specOf(version).formula}</code> },
    { title: t("customMetrics.savedAt"), key: "at", responsive: ["sm"], render: (_, { at }) => <Time at={at} /> },
    { title: t("customMetrics.savedBy"), key: "by", responsive: ["md"], render: (_, { by }) => by },
    {
      key: "restore",
      align: "right",
      render: (_, version) =>
        may && version.version !== base ? (
          <Button size="small" type="text" loading={isPending} onClick={() => restore(version)}>
            {t("customMetrics.restore")}
          </Button>
        ) : null,
    },
  ];
  return (
    <Card title={t("customMetrics.versions")} flush>
      <Table<Version>
        rowKey="version"
        size="small"
        columns={columns}
        dataSource={[...items]}
        pagination={items.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
        expandable={{
          expandedRowRender: (version) => <Json value={version.spec} label={t("customMetrics.definition")} />,
          columnTitle: <span className="visually-hidden">{t("customMetrics.definition")}</span>,
        }}
      />
    </Card>
  );
}
