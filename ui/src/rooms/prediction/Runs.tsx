// What was and is being done for the model, how far is it, and what came of it?
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Progress, Table, Tooltip, type TableColumnsType } from "antd";
import { History } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { RunPill } from "./marks";
import styles from "./Models.module.css";
import { isLive, runsQuery, useCancelRun, type Run } from "./queries";
import { useFigure, useWhyFailed } from "./words";

export function Runs({ model }: { model: string }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(runsQuery(slug, model));
  return (
    <Card flush title={t("models.runs")}>
      <Ready query={query}>
        {(data) => {
          const items = data.pages.flatMap((page) => page.items);
          return items.length > 0 ? (
            <RunTable items={items} />
          ) : (
            <Notice compact icon={History} title={t("models.noRuns.title")} text={t("models.noRuns.text")} />
          );
        }}
      </Ready>
      {query.hasNextPage ? (
        <div style={{ padding: 12, textAlign: "center" }}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
    </Card>
  );
}

function RunTable({ items }: { items: readonly Run[] }): ReactNode {
  const { t } = useTranslation();
  const columns: TableColumnsType<Run> = [
    { title: t("models.runKind"), key: "kind", width: 110, render: (_, run) => t(`models.runKinds.${run.kind}`) },
    { title: t("models.runState"), key: "state", render: (_, run) => <RunLine run={run} /> },
    { title: t("tags.savedAt"), key: "at", width: 130, responsive: ["sm"], render: (_, run) => <Time at={run.created_at} /> },
    { title: t("tags.savedBy"), key: "by", width: 150, responsive: ["md"], render: (_, run) => run.created_by || t("models.byItself") },
  ];
  return <Table<Run> rowKey="run_id" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}

/** How far it is while it is under way, with the way to stop it; what came of it when it is over. */
export function RunLine({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const failed = useFailed();
  const may = useMay("models:write");
  const { mutate, isPending } = useCancelRun();
  if (!isLive(run)) {
    return (
      <span className={styles.run}>
        <RunPill run={run} /> <Outcome run={run} />
      </span>
    );
  }
  return (
    <span className={styles.run}>
      <RunPill run={run} />
      <Progress className={styles.progress ?? ""} percent={Math.round(run.progress * 100)} size="small" aria-label={t("models.progress")} />
      <span className="soft">{words(`models.steps.${run.step}`) ?? ""}</span>
      {may ? (
        <Button size="small" loading={isPending} onClick={() => mutate(run.run_id, { onError: failed })}>
          {t("actions.cancel")}
        </Button>
      ) : null}
    </span>
  );
}

function Outcome({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation();
  const why = useWhyFailed();
  const figure = useFigure();
  if (run.state === "failed") {
    const said = typeof run.error?.message === "string" ? run.error.message : "";
    return (
      <Tooltip title={<span lang="en">{said}</span>}>
        <span tabIndex={0}>{why(run)}</span>
      </Tooltip>
    );
  }
  if (run.state !== "done" || !run.result) return null;
  const { version, auc, people } = run.result as { version?: number; auc?: { value: number }; people?: number };
  if (run.kind === "train")
    return <span className="soft">{t("models.trained", { version: version ?? 0, auc: figure(auc?.value ?? 0) })}</span>;
  return <span className="soft">{t("models.scoredN", { count: people ?? 0 })}</span>;
}
