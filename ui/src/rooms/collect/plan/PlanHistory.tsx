// Who changed the plan, when, and what exactly? Every version, the newest first; each opens to its changes and can be put back.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { App, Button, Table, type TableColumnsType } from "antd";
import { History } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import type { Plan, SavedPlan } from "@/api/contract";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Num, Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import { useChangeWords } from "./changeWords";
import styles from "./Plan.module.css";
import { planChangesQuery, planVersionsQuery, useReadVersion } from "./queries";

type Version = Schemas["PlanVersionBody"];
type Change = Schemas["ChangeBody"];

interface PlanHistoryProps {
  readonly plan: SavedPlan;
  readonly may: boolean;
  readonly saving: boolean;
  readonly onSave: (plan: Plan) => void;
}

export function PlanHistory({ plan, may, saving, onSave }: PlanHistoryProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(planVersionsQuery(slug));
  const restore = useRestore(onSave);
  const columns: TableColumnsType<Version> = [
    {
      title: t("plan.history.version"),
      key: "version",
      width: 140,
      render: (_, row) => (
        <>
          {row.version} {row.version === plan.version ? <Pill tone="good">{t("plan.history.inForce")}</Pill> : null}
        </>
      ),
    },
    { title: t("plan.history.when"), key: "when", width: 140, render: (_, row) => <Time at={row.saved_at} /> },
    { title: t("plan.history.who"), key: "who", render: (_, row) => row.saved_by || "–" },
    { title: t("plan.history.note"), key: "note", responsive: ["lg"], render: (_, row) => row.note || <span className="faint">–</span> },
    { title: t("plan.rules.short"), key: "mode", width: 90, responsive: ["md"], render: (_, row) => t(`plan.modes.${row.mode}`) },
    {
      title: t("plan.tabs.events"),
      key: "events",
      width: 90,
      align: "right",
      responsive: ["sm"],
      render: (_, row) => <Num value={row.events} />,
    },
    ...(may
      ? [
          {
            key: "actions",
            width: 120,
            align: "right" as const,
            render: (_: unknown, row: Version) =>
              row.version === plan.version ? null : (
                <Button size="small" type="text" loading={saving} onClick={() => restore(row.version)}>
                  {t("plan.history.restore")}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <Card flush>
      <Ready query={query}>
        {(data) => {
          const versions = data.pages.flatMap((page) => page.items);
          if (versions.length === 0) return <Notice icon={History} title={t("plan.history.empty")} text={t("plan.history.emptyText")} />;
          return (
            <>
              <Table<Version>
                rowKey="version"
                size="middle"
                columns={columns}
                dataSource={versions}
                pagination={false}
                scroll={{ x: "max-content" }}
                expandable={{ expandedRowRender: (row) => <Changes version={row.version} /> }}
              />
              {query.hasNextPage ? (
                <Button type="link" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {t("actions.more")}
                </Button>
              ) : null}
            </>
          );
        }}
      </Ready>
    </Card>
  );
}

function useRestore(onSave: (plan: Plan) => void): (version: number) => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const failed = useFailed();
  const read = useReadVersion();
  return (version) =>
    void modal.confirm({
      title: t("plan.history.restoreTitle", { version }),
      content: t("plan.history.restoreText"),
      okText: t("plan.history.restore"),
      onOk: () => read.mutateAsync(version).then(onSave, failed),
    });
}

function Changes({ version }: { version: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(planChangesQuery(slug, version - 1, version));
  const words = useChangeWords();
  const columns: TableColumnsType<Change> = [
    { title: t("plan.history.what"), key: "what", render: (_, row) => words.subject(row) },
    { title: t("plan.history.change"), key: "change", render: (_, row) => words.change(row) },
    { title: t("plan.history.before"), key: "before", render: (_, row) => words.value(row, "before") },
    { title: t("plan.history.after"), key: "after", render: (_, row) => words.value(row, "after") },
  ];
  return (
    <Ready query={query} rows={2}>
      {(page) =>
        page.items.length === 0 ? (
          <p className="soft">{t("plan.history.same")}</p>
        ) : (
          <Table<Change>
            className={styles.changes ?? ""}
            rowKey={(row) => `${row.is_trait ? "trait" : "event"} ${row.event} ${row.property} ${row.field}`}
            size="small"
            columns={columns}
            dataSource={[...page.items]}
            pagination={page.items.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          />
        )
      }
    </Ready>
  );
}
