// What would the documents change, field by field, and what is wrong with them?
import { Alert, App, Button, Input } from "antd";
import { CircleCheck } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { stringify } from "yaml";

import { ApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { Card } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Refusal } from "@/parts/Refusal";
import { Notice, Technical } from "@/parts/states";
import { useErrorWords } from "@/parts/useErrorWords";
import { useMay } from "@/shell/workspace";
import styles from "./Config.module.css";
import type { Change, FieldChange, Plan, Problem } from "./queries";

const TONES: Record<Change["action"], Tone> = { create: "good", change: "info", archive: "warn", restore: "violet", keep: "plain" };

interface PlanViewProps {
  readonly plan: Plan;
  /** Another plan than the one that was to be applied. */
  readonly renewed: boolean;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onApply: (note: string) => void;
}

export function PlanView({ plan, renewed, busy, error, onApply }: PlanViewProps): ReactNode {
  const { t } = useTranslation();
  const changes = plan.changes.filter((one) => one.action !== "keep");
  const kept = plan.changes.length - changes.length;
  const may = useMay("segments:write");
  return (
    <Card title={t("config.planTitle")}>
      <section aria-label={t("config.planTitle")}>
        {renewed ? <Alert type="warning" showIcon title={t("config.changed")} style={{ marginBottom: 12 }} /> : null}
        <Refusal error={error} />
        {plan.problems.length ? <Problems problems={plan.problems} /> : null}
        {changes.length === 0 && plan.problems.length === 0 ? (
          <Notice compact icon={CircleCheck} title={t("config.noChange.title")} text={t("config.noChange.text")} />
        ) : null}
        <ul className={styles.changes}>
          {changes.map((one) => (
            <OneChange key={`${one.kind} ${one.key}`} one={one} />
          ))}
        </ul>
        {kept > 0 ? <p className="faint">{t("config.unchanged", { count: kept })}</p> : null}
        {may && changes.length > 0 && plan.problems.length === 0 ? <Put changes={changes} busy={busy} onApply={onApply} /> : null}
      </section>
    </Card>
  );
}

function Put({ changes, busy, onApply }: { changes: readonly Change[]; busy: boolean; onApply: (note: string) => void }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const [note, setNote] = useState("");
  const { length: count } = changes;
  const archived = changes.filter((one) => one.action === "archive").length;
  const ask = (): void =>
    void modal.confirm({
      title: t("config.sure", { count }),
      content: [archived ? t("config.pruned", { count: archived }) : "", t("config.sureText")].filter(Boolean).join(" "),
      okText: t("config.put", { count }),
      onOk: () => onApply(note.trim()),
    });
  return (
    <div className={styles.row}>
      <Input
        className={styles.note ?? ""}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        maxLength={500}
        placeholder={t("config.note")}
        aria-label={t("config.note")}
      />
      <Button type="primary" loading={busy} onClick={ask}>
        {t("config.put", { count })}
      </Button>
    </div>
  );
}

function Problems({ problems }: { problems: readonly Problem[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={styles.problems} role="alert">
      <strong>{t("config.problems", { count: problems.length })}</strong>
      <ul>
        {problems.map((one) => (
          <OneProblem key={`${one.document} ${one.path} ${one.message}`} one={one} />
        ))}
      </ul>
    </div>
  );
}

function OneProblem({ one }: { one: Problem }): ReactNode {
  const { t } = useTranslation();
  const error = new ApiError(422, one.code, one.message);
  const { text } = useErrorWords(error);
  const said = t(`flows.problems.${one.code as "open_way"}`, { way: one.path, defaultValue: text });
  return (
    <li>
      {t("config.problem", { document: one.document + 1 })}
      {one.path ? <code>{one.path}</code> : null}
      {": "}
      {said}
      <Technical error={error} />
    </li>
  );
}

function OneChange({ one }: { one: Change }): ReactNode {
  const { t } = useTranslation();
  return (
    <li className={styles.change}>
      <div className={styles.changeHead}>
        <Pill tone={TONES[one.action]}>{t(`config.actions.${one.action}`)}</Pill>
        <span className="soft">{t(`config.kinds.${one.kind as "segment"}`)}</span>
        <strong>{one.name || one.key}</strong>
        {one.key && one.key !== one.name ? <code className="faint">{one.key}</code> : null}
      </div>
      {one.fields.length ? (
        <dl className={styles.fields}>
          {one.fields.map((field) => (
            <Field key={field.field} field={field} fresh={one.action === "create"} />
          ))}
        </dl>
      ) : null}
    </li>
  );
}

function Field({ field, fresh }: { field: FieldChange; fresh: boolean }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const [before, after] = [field[`${language}_before`], field[`${language}_after`]];
  return (
    <div>
      <dt>
        <code>{field.field}</code>
      </dt>
      <dd>
        {fresh ? null : (
          <>
            <span className="visually-hidden">{t("config.before")}</span>
            <del>{before || said(field.before) || t("config.none")}</del>
          </>
        )}
        <span className="visually-hidden">{t("config.after")}</span>
        <ins>{after || said(field.after) || t("config.none")}</ins>
      </dd>
    </div>
  );
}

/** A value as it stands in a document; "" for none. */
function said(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : stringify(value, { lineWidth: 0, flowCollectionPadding: false }).trimEnd();
}
