// What was imported so far? Every run of a file or source, newest first.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Progress, Table, type TableColumnsType } from "antd";
import { FileUp } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { runsQuery, type Run } from "./queries";

const TONE: Record<Run["state"], Tone> = {
  queued: "info",
  running: "info",
  paused: "warn",
  cancelled: "plain",
  failed: "bad",
  done: "good",
};

export function RunState({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation();
  return (
    <Pill tone={TONE[run.state]} dot>
      {t(`imports.states.${run.state}`)}
    </Pill>
  );
}

export function History({ source }: { source?: string }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const may = useMay("imports:write");
  const query = useInfiniteQuery(runsQuery(slug, source));
  return (
    <>
      <Card flush>
        <Ready query={query}>
          {(data) => {
            const runs = data.pages.flatMap((page) => page.items);
            if (runs.length > 0) return <RunTable runs={runs} />;
            return (
              <Notice
                icon={FileUp}
                title={t("imports.empty.title")}
                text={t("imports.empty.text")}
                action={
                  may && !source ? (
                    <Link to={path("imports", "new")}>
                      <Button type="primary">{t("imports.new")}</Button>
                    </Link>
                  ) : undefined
                }
              />
            );
          }}
        </Ready>
      </Card>
      {query.hasNextPage ? (
        <div style={{ marginTop: 12, textAlign: "center" }}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function RunTable({ runs }: { runs: readonly Run[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<Run> = [
    { title: t("imports.name"), key: "name", render: (_, run) => <Link to={path("imports", run.import_id)}>{run.name}</Link> },
    {
      title: t("imports.state"),
      key: "state",
      width: 170,
      render: (_, run) =>
        run.state === "running" && run.progress !== null ? (
          <Progress percent={Math.floor(run.progress * 100)} size="small" aria-label={t("imports.progress")} />
        ) : (
          <RunState run={run} />
        ),
    },
    { title: t("imports.events"), key: "events", align: "right", width: 110, render: (_, run) => <Num value={run.events} /> },
    {
      title: t("imports.badRows"),
      key: "bad",
      align: "right",
      width: 120,
      responsive: ["sm"],
      render: (_, run) => <Num value={run.rows_bad} />,
    },
    {
      title: t("imports.by"),
      key: "by",
      width: 180,
      responsive: ["lg"],
      render: (_, run) => <span className="soft">{run.created_by}</span>,
    },
    { title: t("imports.started"), key: "created", width: 130, responsive: ["md"], render: (_, run) => <Time at={run.created_at} /> },
  ];
  return <Table<Run> rowKey="import_id" size="middle" columns={columns} dataSource={[...runs]} pagination={false} />;
}
