// What do flows ask the team to do, by when, and how did it go?
import { useInfiniteQuery } from "@tanstack/react-query";
import { App, Button, Input, Segmented, Table, type TableColumnsType } from "antd";
import { ClipboardList } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Bar, Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { useFlowWords } from "../flows/words";
import { More } from "../MessagesPage";
import { Finishing } from "./Finishing";
import { tasksQuery, useChangeTask, type Task, type TaskState } from "./queries";

const STATES = ["open", "done", "over"] as const;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [given, setState] = useParam("state");
  const [assignee, setAssignee] = useParam("assignee");
  const state: TaskState = STATES.find((each) => each === given) ?? "open";
  const query = useInfiniteQuery(tasksQuery(slug, { state, assignee: useDelayed(assignee, 300) }));
  const counts = query.data?.pages[0]?.counts ?? {};
  const options = STATES.map((each) => ({ value: each, label: `${t(`tasks.states.${each}`)} ${(counts[each] ?? 0).toLocaleString()}` }));
  return (
    <Page title={t("tasks.title")} lead={t("tasks.lead")}>
      <Bar>
        <Segmented<TaskState> aria-label={t("tasks.which")} value={state} onChange={(next) => setState(next)} options={options} />
        <Input
          style={{ maxWidth: 260 }}
          allowClear
          value={assignee}
          placeholder={t("tasks.assignee")}
          aria-label={t("tasks.assignee")}
          onChange={(event) => setAssignee(event.target.value, { replace: true })}
        />
      </Bar>
      <Card flush>
        <Ready query={query}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length > 0 ? (
              <Lines items={items} />
            ) : (
              <Notice icon={ClipboardList} title={t("tasks.none.title")} text={t("tasks.none.text")} />
            );
          }}
        </Ready>
      </Card>
      {query.hasNextPage ? <More loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} /> : null}
    </Page>
  );
}

function Lines({ items }: { items: readonly Task[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const words = useFlowWords();
  const columns: TableColumnsType<Task> = [
    {
      title: t("tasks.what"),
      key: "what",
      render: (_, task) => (
        <>
          <div>{task.title}</div>
          <Link to={path("people", task.person_id)}>{t("tasks.person", { id: task.person_id })}</Link>
          {" · "}
          <Link to={path("flows", task.flow)}>{task.flow_name}</Link>
        </>
      ),
    },
    {
      title: t("tasks.assignee"),
      key: "assignee",
      width: 200,
      responsive: ["md"],
      render: (_, { assignee }) => assignee || t("tasks.anybody"),
    },
    { title: t("tasks.due"), key: "due", width: 140, responsive: ["sm"], render: (_, { due_at }) => <Time at={due_at} /> },
    {
      title: t("tasks.outcome"),
      key: "outcome",
      width: 190,
      render: (_, task) => (task.state === "open" ? <Open task={task} /> : <Done task={task} said={words.way(task.outcome)} />),
    },
  ];
  return <Table<Task> rowKey="task_id" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}

function Open({ task }: { task: Task }): ReactNode {
  const { t } = useTranslation();
  const may = useMay("tasks:write");
  const [open, setOpen] = useState(false);
  if (!may) return "–";
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("tasks.go")}</Button>
      {open ? <Finishing task={task} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Done({ task, said }: { task: Task; said: string }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const may = useMay("tasks:write");
  const { mutate, isPending } = useChangeTask();
  const undo = (): void =>
    mutate(
      { task_id: task.task_id, change: { do: "undo" } },
      { onError: failed, onSuccess: () => void message.success(t("tasks.states.open")) },
    );
  return (
    <>
      <div>{said || "–"}</div>
      {task.note ? <div className="faint">{task.note}</div> : null}
      {may && task.undo_until !== null ? (
        <Button type="link" size="small" style={{ padding: 0 }} loading={isPending} onClick={undo}>
          {t("tasks.undo")}
        </Button>
      ) : null}
    </>
  );
}
