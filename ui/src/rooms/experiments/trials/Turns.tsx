// What can be done next with an experiment? Start, stop, decide, put away; each is asked once more.
import { App, Button, Input, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { useFailed } from "@/parts/useFailed";
import { usePath } from "@/shell/workspace";
import { useTurnTrial, type Trial } from "./queries";

export function Turns({ trial }: { trial: Trial }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const [deciding, decide] = useState(false);
  const { mutateAsync, isPending } = useTurnTrial(trial.key);
  const ask = (state: "running" | "stopped" | "archived"): void =>
    void modal.confirm({
      title: t(`trials.ask.${state}.title`),
      content: t(`trials.ask.${state}.text`),
      okText: t(`trials.ask.${state}.ok`),
      cancelText: t("actions.cancel"),
      onOk: () => mutateAsync({ state }).then(() => (state === "archived" ? navigate(path("experiments")) : undefined), failed),
    });
  return (
    <>
      {trial.state === "running" || trial.state === "archived" ? null : (
        <Button onClick={() => ask("archived")}>{t("trials.ask.archived.ok")}</Button>
      )}
      {trial.state === "draft" ? (
        <Button type="primary" loading={isPending} onClick={() => ask("running")}>
          {t("trials.ask.running.ok")}
        </Button>
      ) : null}
      {trial.state === "running" ? <Button onClick={() => ask("stopped")}>{t("trials.ask.stopped.ok")}</Button> : null}
      {trial.state === "stopped" ? (
        <Button type="primary" onClick={() => decide(true)}>
          {t("trials.decide")}
        </Button>
      ) : null}
      <Deciding trial={trial} open={deciding} onClose={() => decide(false)} />
    </>
  );
}

function Deciding({ trial, open, onClose }: { trial: Trial; open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [arm, setArm] = useState("");
  const [why, setWhy] = useState("");
  const { mutate, isPending, error } = useTurnTrial(trial.key);
  return (
    <Modal
      open={open}
      title={t("trials.decide")}
      okText={t("trials.decide")}
      cancelText={t("actions.cancel")}
      okButtonProps={{ disabled: why.trim() === "", loading: isPending }}
      onOk={() => mutate({ state: "decided", arm, why: why.trim() }, { onSuccess: onClose })}
      onCancel={onClose}
    >
      <Refusal error={error} />
      <Fields>
        <Field label={t("trials.chosen")} wide>
          {(id) => (
            <Select<string>
              id={id}
              value={arm}
              onChange={setArm}
              options={[{ value: "", label: t("trials.noArm") }, ...trial.spec.arms.map(({ key, name }) => ({ value: key, label: name }))]}
            />
          )}
        </Field>
        <Field label={t("trials.why")} note={t("trials.whyNote")} wide>
          {(id, note) => (
            <Input.TextArea
              id={id}
              aria-describedby={note}
              rows={3}
              maxLength={5000}
              value={why}
              onChange={(event) => setWhy(event.target.value)}
            />
          )}
        </Field>
      </Fields>
    </Modal>
  );
}
