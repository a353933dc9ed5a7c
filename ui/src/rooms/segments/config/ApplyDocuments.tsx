// How do documents come into force? They are read, the plan is looked at, and exactly that is applied.
import { Alert, App, Button, Checkbox } from "antd";
import { FolderOpen } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError, ApiError } from "@/api/errors";
import { Card } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Technical } from "@/parts/states";
import styles from "./Config.module.css";
import { readDocuments, type Read } from "./documents";
import { PlanView } from "./PlanView";
import { useApplyConfig, usePlanConfig, type Documents } from "./queries";

export function ApplyDocuments(): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [prune, setPrune] = useState(false);
  const [fault, setFault] = useState<Exclude<Read, { ok: true }> | null>(null);
  const steps = useSteps(() => setText(""));
  const { plan, asked } = steps;
  const change = (next: string): void => {
    setText(next);
    setFault(null);
    steps.forget();
  };
  const show = (): void => {
    const found = readDocuments(text);
    setFault(found.ok ? null : found);
    if (found.ok) steps.ask({ documents: found.documents, prune });
  };
  return (
    <>
      <Card title={t("config.apply")} note={t("config.applyNote")} actions={<Files onText={change} />}>
        <textarea
          className={styles.text}
          value={text}
          onChange={(event) => change(event.target.value)}
          aria-label={t("config.text")}
          aria-invalid={fault !== null}
          placeholder={t("config.placeholder")}
          spellCheck={false}
          rows={Math.min(24, Math.max(8, text.split("\n").length + 1))}
        />
        {fault ? <Fault fault={fault} /> : null}
        <Refusal error={plan.error} />
        <div className={styles.row}>
          <Checkbox
            checked={prune}
            onChange={(event) => {
              setPrune(event.target.checked);
              steps.forget();
            }}
          >
            {t("config.prune")} <span className="faint">{t("config.pruneNote")}</span>
          </Checkbox>
          <Button type="primary" disabled={text.trim() === ""} loading={plan.isPending} onClick={show}>
            {t("config.plan")}
          </Button>
        </div>
      </Card>
      {plan.data && asked ? (
        <PlanView plan={plan.data} renewed={steps.renewed} busy={steps.apply.isPending} error={steps.apply.error} onApply={steps.put} />
      ) : null}
    </>
  );
}

/** The plan, and putting it in force; another plan by then is shown first. */
function useSteps(onDone: () => void) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const plan = usePlanConfig();
  const apply = useApplyConfig();
  const [asked, setAsked] = useState<Documents | null>(null);
  const [renewed, setRenewed] = useState(false);
  const forget = (): void => {
    plan.reset();
    apply.reset();
    setAsked(null);
    setRenewed(false);
  };
  const ask = (documents: Documents): void => {
    apply.reset();
    setRenewed(false);
    setAsked(documents);
    plan.mutate(documents);
  };
  const put = (note: string): void => {
    if (!asked || !plan.data) return;
    apply.mutate(
      { ...asked, note, fingerprint: plan.data.fingerprint },
      {
        onSuccess: ({ changes }) => {
          void message.success(t("config.applied", { count: changes.filter((one) => one.action !== "keep").length }));
          forget();
          onDone();
        },
        onError: (error) => {
          if (asApiError(error).code !== "config_changed") return;
          ask(asked);
          setRenewed(true);
        },
      },
    );
  };
  return { plan, apply, asked, renewed, forget, ask, put };
}

function Files({ onText }: { onText: (text: string) => void }): ReactNode {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const take = async (files: FileList | null): Promise<void> => {
    const texts = await Promise.all([...(files ?? [])].map((file) => file.text()));
    if (texts.length) onText(texts.map((text) => text.trimEnd()).join("\n---\n") + "\n");
  };
  return (
    <>
      <Button size="small" icon={<FolderOpen size={13} aria-hidden />} onClick={() => input.current?.click()}>
        {t("config.files")}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        className="visually-hidden"
        tabIndex={-1}
        accept=".yaml,.yml,.json"
        aria-label={t("config.files")}
        onChange={(event) => {
          void take(event.target.files);
          event.target.value = "";
        }}
      />
    </>
  );
}

function Fault({ fault: { fault, document, line, said } }: { fault: Exclude<Read, { ok: true }> }): ReactNode {
  const { t } = useTranslation();
  return (
    <Alert
      type="error"
      showIcon
      style={{ margin: "10px 0" }}
      title={
        <>
          {t(`config.${fault}`, { document, line })}
          {said ? <Technical error={new ApiError(0, "yaml", said)} /> : null}
        </>
      }
    />
  );
}
