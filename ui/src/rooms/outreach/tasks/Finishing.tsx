// How did it go? The outcome decides which way the person takes; or somebody else does it.
import { App, Button, Input, Modal, Radio } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "@/parts/Field";
import { useFailed } from "@/parts/useFailed";
import { useFlowWords } from "../flows/words";
import { useChangeTask, type Change, type Task } from "./queries";

export function Finishing({ task, onClose }: { task: Task; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const words = useFlowWords();
  const failed = useFailed();
  const { mutate, isPending } = useChangeTask();
  const [outcome, setOutcome] = useState("");
  const [note, setNote] = useState("");
  const [assignee, setAssignee] = useState(task.assignee);
  const send = (change: Change, said: string): void =>
    mutate({ task_id: task.task_id, change }, { onError: failed, onSuccess: () => void message.success(said), onSettled: onClose });
  return (
    <Modal
      open
      title={task.title}
      onCancel={onClose}
      okText={t("tasks.save")}
      cancelText={t("tasks.cancel")}
      okButtonProps={{ disabled: outcome === "", loading: isPending }}
      onOk={() => send({ do: "done", outcome, note }, t("tasks.saved"))}
    >
      {task.instructions ? <p style={{ whiteSpace: "pre-wrap" }}>{task.instructions}</p> : null}
      <Radio.Group
        aria-label={t("tasks.outcome")}
        value={outcome}
        onChange={(event) => setOutcome(event.target.value as string)}
        options={task.outcomes.map((each) => ({ value: each, label: words.way(each) }))}
        style={{ marginBottom: 12 }}
      />
      <Field label={t("tasks.note")} wide>
        {(id) => <Input.TextArea id={id} rows={3} value={note} maxLength={5000} onChange={(event) => setNote(event.target.value)} />}
      </Field>
      <Field label={t("tasks.assign")} note={t("tasks.assignNote")} wide>
        {(id, described) => (
          <div style={{ display: "flex", gap: 8 }}>
            <Input
              id={id}
              aria-describedby={described}
              value={assignee}
              maxLength={300}
              onChange={(event) => setAssignee(event.target.value.trim())}
            />
            <Button disabled={assignee === task.assignee} onClick={() => send({ do: "assign", assignee }, t("tasks.save"))}>
              {t("tasks.assign")}
            </Button>
          </div>
        )}
      </Field>
    </Modal>
  );
}
