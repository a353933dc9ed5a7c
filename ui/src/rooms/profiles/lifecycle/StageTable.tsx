// How many people are in each stage now, how did that change, and who are they?
import { Button, Table, type TableColumnsType } from "antd";
import { Blend, Users } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Notice } from "@/parts/states";
import { Num } from "@/parts/values";
import { useMay, usePath } from "@/shell/workspace";
import { formatPercent } from "../tags/marks";
import type { Distribution, Tag } from "../tags/queries";
import { useTagValue } from "../tags/words";
import styles from "./Lifecycle.module.css";
import { STAGE_TAG, type Movement } from "./queries";
import { changeOf, colourOf, inOrder } from "./stages";

interface StageTableProps {
  readonly tag: Tag;
  readonly spread: Distribution;
  readonly movement: Movement | undefined;
}

interface Row {
  readonly stage: string;
  readonly people: number;
  readonly change: number | null;
}

export function Stage({ stage, children }: { stage: string; children: ReactNode }): ReactNode {
  return (
    <span className={styles.stage}>
      <span className={styles.dot} style={{ background: `var(--${colourOf(stage)})` }} aria-hidden />
      {children}
    </span>
  );
}

export function StageTable({ tag, spread, movement }: StageTableProps): ReactNode {
  const { t } = useTranslation();
  const { tag: locale } = useLanguage();
  const shown = useTagValue();
  const path = usePath();
  const mayPeople = useMay("people:read");
  const mayWrite = useMay("segments:write");
  const counted = new Map(spread.values.map(({ value, people }) => [String(value), people]));
  const stages = inOrder([...new Set([...Object.keys(tag.value_labels), ...counted.keys()])]);
  const rows = stages.map((stage): Row => ({
    stage,
    people: counted.get(stage) ?? 0,
    change: movement ? changeOf(movement, stage) : null,
  }));
  const most = Math.max(...rows.map((row) => row.people), 1);
  if (spread.people === 0) return <Notice compact icon={Users} title={t("lifecycle.nobody.title")} text={t("lifecycle.nobody.text")} />;
  const columns: TableColumnsType<Row> = [
    { title: t("lifecycle.stage"), key: "stage", width: 190, render: (_, { stage }) => <Stage stage={stage}>{shown(tag, stage)}</Stage> },
    {
      key: "bar",
      responsive: ["md"],
      render: (_, { stage, people }) => (
        <span className={styles.bar} aria-hidden>
          {people > 0 ? <span style={{ width: `${(people / most) * 100}%`, background: `var(--${colourOf(stage)})` }} /> : null}
        </span>
      ),
    },
    {
      title: t("lifecycle.people"),
      key: "people",
      align: "right",
      width: 90,
      render: (_, { stage, people }) => (
        <Num
          value={people}
          to={mayPeople && people > 0 ? `${path("tags", STAGE_TAG)}?value=${encodeURIComponent(JSON.stringify(stage))}` : undefined}
          label={shown(tag, stage)}
        />
      ),
    },
    {
      title: t("lifecycle.share"),
      key: "share",
      align: "right",
      width: 80,
      responsive: ["sm"],
      render: (_, { people }) => <span className="tabular faint">{formatPercent(people / spread.people, locale)}</span>,
    },
    {
      title: t("lifecycle.change"),
      key: "change",
      align: "right",
      width: 110,
      render: (_, { change }) => <span className="tabular">{change === null ? "–" : signed(change, locale)}</span>,
    },
    ...(mayWrite
      ? [
          {
            key: "segment",
            align: "right" as const,
            width: 60,
            render: (_: unknown, { stage }: Row) => (
              <Link to={`${path("segments", "new-segment")}?${segmentOf(stage, shown(tag, stage))}`}>
                <Button
                  size="small"
                  type="text"
                  icon={<Blend size={15} aria-hidden />}
                  title={t("lifecycle.toSegment", { stage: shown(tag, stage) })}
                  aria-label={t("lifecycle.toSegment", { stage: shown(tag, stage) })}
                />
              </Link>
            ),
          },
        ]
      : []),
  ];
  return <Table<Row> rowKey="stage" size="middle" columns={columns} dataSource={rows} pagination={false} />;
}

/** The address of a new segment of those who are in a stage. */
function segmentOf(stage: string, name: string): string {
  const condition = { tag: { name: STAGE_TAG, op: "equals", value: stage } };
  return new URLSearchParams({ condition: JSON.stringify(condition), name }).toString();
}

function signed(change: number, locale: string): string {
  return change > 0 ? `+${formatNumber(change, locale)}` : formatNumber(change, locale);
}
