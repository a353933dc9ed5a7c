// How far is this import, and what did it bring? Progress while it runs, problems, and what was mapped to what.
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Progress, Table, type TableColumnsType } from "antd";
import { Download, Pause, Play, Square } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import type { Schemas } from "@/api/client";
import { toApiError } from "@/api/errors";
import { Facts, Stat, Stats } from "@/parts/Facts";
import { Json } from "@/parts/Json";
import { Card, Page, Stack } from "@/parts/Page";
import { Ready, Technical } from "@/parts/states";
import { useErrorWords } from "@/parts/useErrorWords";
import { useFailed } from "@/parts/useFailed";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { RunState } from "./History";
import { useProblemWords } from "./problems";
import { runQuery, useSteer, type Run } from "./queries";

export function Component(): ReactNode {
  const { importId = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(runQuery(slug, importId));
  return <Ready query={query}>{(run) => <Shown run={run} />}</Ready>;
}

function Shown({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("imports:write");
  return (
    <Page
      title={run.name}
      crumb={<Link to={path("imports")}>{t("imports.title")}</Link>}
      lead={<RunState run={run} />}
      actions={may ? <Steering run={run} /> : null}
    >
      <Stack>
        <Where run={run} />
        <Stats>
          <Stat name={t("imports.rowsRead")} value={<Num value={run.rows_read} />} />
          <Stat name={t("imports.goodRows")} value={<Num value={run.rows_ok} />} />
          <Stat name={t("imports.badRows")} value={<Num value={run.rows_bad} />} />
          <Stat name={t("imports.events")} value={<Num value={run.events} to={path("live")} label={t("imports.events")} />} />
        </Stats>
        {run.problem_counts.length > 0 ? <Problems run={run} /> : null}
        <Card title={t("imports.about")}>
          <Facts
            columns={2}
            items={[
              [t("imports.by"), run.created_by],
              [t("imports.started"), <Time key="a" at={run.started_at} exact />],
              [t("imports.finished"), <Time key="b" at={run.finished_at} exact />],
            ]}
          />
          <details style={{ marginTop: 14 }}>
            <summary>{t("imports.mapping.title")}</summary>
            <div style={{ marginTop: 8 }}>
              <Json value={run.mapping} label={t("imports.mapping.title")} />
            </div>
          </details>
        </Card>
      </Stack>
    </Page>
  );
}

function Where({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  if (run.state === "failed" && run.error) return <Failed error={run.error} />;
  if (run.state === "done") {
    return (
      <Alert
        type={run.queryable ? "success" : "info"}
        showIcon
        title={t(run.queryable ? "imports.queryable" : "imports.settling")}
        action={run.queryable ? <Link to={path("overview")}>{t("imports.openOverview")}</Link> : undefined}
      />
    );
  }
  const percent = Math.floor((run.progress ?? 0) * 100);
  return (
    <Card>
      <Progress
        percent={percent}
        status={run.state === "running" ? "active" : "normal"}
        showInfo={run.progress !== null}
        aria-label={t("imports.progress")}
      />
      <p className="soft">{t(`imports.stateText.${run.state}`)}</p>
    </Card>
  );
}

function Failed({ error }: { error: Readonly<Record<string, unknown>> }): ReactNode {
  const { t } = useTranslation();
  const known = toApiError(422, error);
  const { text } = useErrorWords(known);
  return (
    <Alert
      type="error"
      showIcon
      title={t("imports.failed")}
      description={
        <>
          {text}
          <Technical error={known} />
        </>
      }
    />
  );
}

function Steering({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const failed = useFailed();
  const steer = useSteer(run.import_id);
  const act = (what: "pause" | "resume" | "cancel") => (): void => steer.mutate(what, { onError: failed });
  const ask = (): void =>
    void modal.confirm({
      title: t("imports.cancelTitle"),
      content: t("imports.cancelText"),
      okText: t("imports.cancel"),
      okButtonProps: { danger: true },
      onOk: () => steer.mutateAsync("cancel").catch(failed),
    });
  const live = run.state === "queued" || run.state === "running";
  return (
    <>
      {live ? (
        <Button icon={<Pause size={14} aria-hidden />} onClick={act("pause")}>
          {t("imports.pause")}
        </Button>
      ) : null}
      {run.state === "paused" || run.state === "cancelled" || run.state === "failed" ? (
        <Button type="primary" icon={<Play size={14} aria-hidden />} loading={steer.isPending} onClick={act("resume")}>
          {t("imports.resume")}
        </Button>
      ) : null}
      {live || run.state === "paused" ? (
        <Button danger icon={<Square size={13} aria-hidden />} onClick={ask}>
          {t("imports.cancel")}
        </Button>
      ) : null}
    </>
  );
}

function Problems({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  return (
    <Card
      flush
      title={t("imports.problems")}
      note={t("imports.problemsNote")}
      actions={
        run.has_problem_file ? (
          <Button
            size="small"
            icon={<Download size={14} aria-hidden />}
            href={`/api/workspaces/${slug}/imports/${run.import_id}/problems`}
            download
          >
            {t("imports.downloadProblems")}
          </Button>
        ) : null
      }
    >
      <ProblemCounts counts={run.problem_counts} />
    </Card>
  );
}

export function ProblemCounts({ counts }: { counts: readonly Schemas["ProblemCount"][] }): ReactNode {
  const { t } = useTranslation();
  const words = useProblemWords();
  const columns: TableColumnsType<Schemas["ProblemCount"]> = [
    { title: t("imports.problem"), key: "what", render: (_, row) => words(row.what) },
    {
      title: t("imports.column"),
      key: "column",
      render: (_, row) => (row.column ? <code>{row.column}</code> : <span className="faint">–</span>),
    },
    { title: t("imports.rows"), key: "count", align: "right", width: 110, render: (_, row) => <Num value={row.count} /> },
  ];
  return (
    <Table<Schemas["ProblemCount"]>
      rowKey={(row) => `${row.column} ${row.what}`}
      size="middle"
      columns={columns}
      dataSource={[...counts]}
      pagination={counts.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
    />
  );
}
