// What do we want the metric to be, in which day, week or month? Set, changed and taken back, each with an undo.
import { useQuery } from "@tanstack/react-query";
import { App, Button, InputNumber, Select, Spin, Table, type TableColumnsType } from "antd";
import { Target as TargetIcon, Trash2 } from "lucide-react";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { dayOf } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, useWorkspace } from "@/shell/workspace";
import { formatFigure, fromField, toField } from "./figures";
import { bucketName, bucketOf, UNITS, type Unit } from "./frame";
import { useMeasure } from "./marks";
import styles from "./Metric.module.css";
import { targetsQuery, useSetTarget, type Metric, type Target } from "./queries";
import { useUnitSign } from "./useUnitSign";

const DayField = lazy(() => import("@/parts/DayField"));

export function Targets({ metric }: { metric: Metric }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(targetsQuery(slug, metric.key));
  const may = useMay("kpis:write");
  return (
    <Card title={t("kpis.targets.title")} note={t("kpis.targets.note")}>
      {may ? <NewTarget metric={metric} /> : null}
      <Ready query={query} rows={2}>
        {({ items }) =>
          items.length > 0 ? (
            <TargetTable metric={metric} items={items} />
          ) : (
            <Notice
              compact
              icon={TargetIcon}
              title={t("kpis.targets.none")}
              text={t(may ? "kpis.targets.noneText" : "kpis.targets.noneRead")}
            />
          )
        }
      </Ready>
    </Card>
  );
}

/** Writes a target and offers to put back what stood before. */
function useSaving(metric: Metric) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutateAsync, isPending } = useSetTarget(metric.key);
  const save = async (target: Target, before: number | null): Promise<boolean> => {
    try {
      await mutateAsync(target);
    } catch (error) {
      failed(error);
      return false;
    }
    const key = `target ${target.unit} ${target.bucket}`;
    const undo = (): void => {
      message.destroy(key);
      void mutateAsync({ ...target, value: before }).then(() => void message.success(t("kpis.targets.undone")), failed);
    };
    void message.success({
      key,
      duration: 6,
      content: (
        <>
          {t(target.value === null ? "kpis.targets.removed" : "kpis.targets.saved")}{" "}
          <Button size="small" type="link" onClick={undo}>
            {t("actions.undo")}
          </Button>
        </>
      ),
    });
    return true;
  };
  return { save, busy: isPending };
}

function NewTarget({ metric }: { metric: Metric }): ReactNode {
  const { t } = useTranslation();
  const { slug, zone, currency } = useWorkspace();
  const { data } = useQuery(targetsQuery(slug, metric.key));
  const { save, busy } = useSaving(metric);
  const sign = useUnitSign(metric.unit);
  const measure = useMeasure(metric.unit);
  const [unit, setUnit] = useState<Unit>("month");
  const [day, setDay] = useState(() => dayOf(new Date(), zone));
  const [shown, setShown] = useState<number | null>(null);
  const bucket = bucketOf(day, unit);
  const before = data?.items.find((one) => one.unit === unit && one.bucket === bucket)?.value ?? null;
  const send = async (): Promise<void> => {
    if (shown === null) return;
    if (await save({ unit, bucket, value: fromField(shown, metric.unit, currency) }, before)) setShown(null);
  };
  return (
    <form
      className={styles.newTarget}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Select<Unit>
        value={unit}
        onChange={setUnit}
        options={UNITS.map((value) => ({ value, label: t(`kpis.unitNames.${value}`) }))}
        aria-label={t("kpis.targets.unit")}
      />
      <Suspense fallback={<Spin size="small" />}>
        <DayField label={t("kpis.targets.when")} value={day} onChange={(value) => setDay(value || day)} clearable={false} />
      </Suspense>
      <InputNumber<number>
        value={shown}
        onChange={setShown}
        aria-label={t("kpis.targets.value")}
        placeholder={t("kpis.targets.value")}
        suffix={sign}
        className={styles.amount ?? ""}
      />
      <Button htmlType="submit" type="primary" loading={busy} disabled={shown === null}>
        {t("kpis.targets.set")}
      </Button>
      <span className={styles.targetNote}>
        {bucketName(bucket, unit, measure.tag)}
        {before === null ? null : ` · ${t("kpis.targets.stands", { value: formatFigure(before, measure) })}`}
      </span>
    </form>
  );
}

function TargetTable({ metric, items }: { metric: Metric; items: readonly Target[] }): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const measure = useMeasure(metric.unit);
  const { save } = useSaving(metric);
  const may = useMay("kpis:write");
  const rows = [...items].sort((a, b) => b.bucket.localeCompare(a.bucket));
  const columns: TableColumnsType<Target> = [
    { title: t("kpis.targets.when"), key: "when", render: (_, row) => bucketName(row.bucket, row.unit, measure.tag) },
    {
      title: t("kpis.target"),
      key: "value",
      align: "right",
      render: (_, row) =>
        row.value === null ? (
          "–"
        ) : (
          <span title={String(toField(row.value, metric.unit, currency))}>{formatFigure(row.value, measure)}</span>
        ),
    },
    ...(may
      ? [
          {
            key: "remove",
            width: 48,
            render: (_: unknown, row: Target) => (
              <Button
                size="small"
                type="text"
                icon={<Trash2 size={14} aria-hidden />}
                aria-label={t("kpis.targets.remove", { when: bucketName(row.bucket, row.unit, measure.tag) })}
                onClick={() => void save({ ...row, value: null }, row.value)}
              />
            ),
          },
        ]
      : []),
  ];
  return (
    <Table<Target>
      rowKey={(row) => `${row.unit} ${row.bucket}`}
      size="small"
      columns={columns}
      dataSource={rows}
      pagination={rows.length > 8 ? { pageSize: 8, showSizeChanger: false } : false}
    />
  );
}
