// What would this import do? The first events, every problem, and the totals; nothing is written until it is started.
import { Alert, App, Button, Table, type TableColumnsType } from "antd";
import { useEffect, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Schemas } from "@/api/client";
import { asApiError } from "@/api/errors";
import { Facts, Stat, Stats, type Fact } from "@/parts/Facts";
import { Json } from "@/parts/Json";
import { Card, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Failure, Loading } from "@/parts/states";
import { Money, Num, Time } from "@/parts/values";
import { usePath } from "@/shell/workspace";
import { ProblemCounts } from "./ImportPage";
import styles from "./Imports.module.css";
import { toSent, type Mapping } from "./mapping";
import { useProblemWords } from "./problems";
import { useDryRun, useStartImport, type File } from "./queries";

type Answer = Schemas["DryRunAnswer"];

interface CheckStepProps {
  readonly file: File;
  readonly mapping: Mapping;
  readonly onBack: () => void;
}

export function CheckStep({ file, mapping, onBack }: CheckStepProps): ReactNode {
  const { t } = useTranslation();
  const { mutate, data, error } = useDryRun();
  const body = useMemo(() => ({ file_id: file.file_id, mapping: toSent(mapping) }), [file.file_id, mapping]);
  useEffect(() => mutate(body), [mutate, body]);
  const back = <Button onClick={onBack}>{t("imports.backToMapping")}</Button>;
  if (error) {
    return (
      <>
        <Failure error={error} retry={() => mutate(body)} />
        <div className={styles.next}>{back}</div>
      </>
    );
  }
  if (!data) return <Loading rows={8} />;
  return (
    <Stack>
      <Result answer={data} />
      <div className={styles.next}>
        {back}
        <Start body={body} disabled={data.rows_ok === 0} />
      </div>
    </Stack>
  );
}

function Start({ body, disabled }: { body: { file_id: string; mapping: Schemas["Mapping"] }; disabled: boolean }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const navigate = useNavigate();
  const path = usePath();
  const start = useStartImport();
  const opened = { onSuccess: (run: Schemas["RunBody"]) => void navigate(path("imports", run.import_id)) };
  const repeated = start.error !== null && asApiError(start.error).code === "already_imported";
  const again = (): void =>
    void modal.confirm({
      title: t("imports.againTitle"),
      content: t("imports.againText"),
      okText: t("imports.again"),
      onOk: () => start.mutate({ ...body, force: true }, opened),
    });
  return (
    <>
      <Refusal error={start.error} />
      {repeated ? <Button onClick={again}>{t("imports.again")}</Button> : null}
      <Button type="primary" size="large" disabled={disabled} loading={start.isPending} onClick={() => start.mutate(body, opened)}>
        {t("imports.start")}
      </Button>
    </>
  );
}

function Result({ answer }: { answer: Answer }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Alert
        type={answer.rows_ok === 0 ? "error" : answer.rows_bad > 0 ? "warning" : "success"}
        showIcon
        title={t(answer.rows_ok === 0 ? "imports.check.none" : answer.rows_bad > 0 ? "imports.check.some" : "imports.check.all")}
        description={answer.complete ? t("imports.check.complete") : t("imports.check.sample")}
      />
      <Stats>
        <Stat name={t("imports.rowsRead")} value={<Num value={answer.rows_read} />} />
        <Stat name={t("imports.goodRows")} value={<Num value={answer.rows_ok} />} />
        <Stat name={t("imports.badRows")} value={<Num value={answer.rows_bad} />} />
        <Stat name={t("imports.check.people")} value={<Num value={answer.complete ? answer.people : answer.people_estimated} />} />
        <Stat name={t("imports.check.repeated")} value={<Num value={answer.repeated} />} />
      </Stats>
      <Totals answer={answer} />
      {answer.problem_counts.length > 0 ? <Problems answer={answer} /> : null}
      <Previews previews={answer.previews} />
    </>
  );
}

function Totals({ answer }: { answer: Answer }): ReactNode {
  const { t } = useTranslation();
  const items: Fact[] = [
    ...Object.entries(answer.events).map(([name, count]): Fact => [name, <Num key={name} value={count} />]),
    ...Object.entries(answer.revenue_minor).map(([currency, minor]): Fact => [
      t("imports.check.revenueIn", { currency }),
      <Money key={currency} minor={minor} currency={currency} />,
    ]),
    [t("imports.check.first"), <Time key="first" at={answer.first_ts} exact />],
    [t("imports.check.last"), <Time key="last" at={answer.last_ts} exact />],
  ];
  return (
    <Card title={t("imports.check.would")}>
      <Facts items={items} columns={2} />
    </Card>
  );
}

function Problems({ answer }: { answer: Answer }): ReactNode {
  const { t } = useTranslation();
  const words = useProblemWords();
  const columns: TableColumnsType<Answer["problems"][number]> = [
    { title: t("imports.row"), key: "row", width: 90, align: "right", render: (_, problem) => <Num value={problem.row} /> },
    { title: t("imports.column"), key: "column", width: 160, render: (_, problem) => <code>{problem.column || "–"}</code> },
    { title: t("imports.problem"), key: "what", render: (_, problem) => words(problem.what) },
    { title: t("imports.got"), key: "got", render: (_, problem) => <code className={styles.got}>{problem.got}</code> },
  ];
  return (
    <Card title={t("imports.problems")} note={t("imports.problemsNote")} flush>
      <ProblemCounts counts={answer.problem_counts} />
      <details className={styles.rows}>
        <summary>{t("imports.check.everyProblem")}</summary>
        <Table
          rowKey={(problem) => `${problem.row} ${problem.column} ${problem.what}`}
          size="middle"
          columns={columns}
          dataSource={answer.problems}
          pagination={{ pageSize: 20, showSizeChanger: false }}
          scroll={{ x: "max-content" }}
        />
      </details>
    </Card>
  );
}

/** The first of these fields that holds a text. */
function firstText(event: Readonly<Record<string, unknown>>, names: readonly string[]): string {
  return names.map((name) => event[name]).find((value): value is string => typeof value === "string" && value !== "") ?? "";
}

export function Previews({ previews }: { previews: readonly Schemas["PreviewBody"][] }): ReactNode {
  const { t } = useTranslation();
  if (previews.length === 0) return null;
  return (
    <Card title={t("imports.check.previews")} note={t("imports.check.previewsNote")} flush>
      <ul className={styles.previews}>
        {previews.slice(0, 10).map((preview) => (
          <li key={preview.row}>
            <details>
              <summary>
                <span className="faint tabular">{t("imports.check.fromRow", { row: preview.row })}</span>{" "}
                <strong>{firstText(preview.event, ["event", "type"])}</strong>{" "}
                <span className="soft">{firstText(preview.event, ["user_id", "anonymous_id"])}</span>
              </summary>
              <Json value={preview.event} label={t("imports.check.fromRow", { row: preview.row })} />
            </details>
          </li>
        ))}
      </ul>
    </Card>
  );
}
