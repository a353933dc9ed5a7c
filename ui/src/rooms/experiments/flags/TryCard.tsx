// What would the flag answer somebody, and what became of each rule?
import { Button, Input, Table, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Refusal } from "@/parts/Refusal";
import { useMay } from "@/shell/workspace";
import { jsonOf } from "./draft";
import styles from "./Flags.module.css";
import { useTryFlag, type FlagSpec, type FlagTrial } from "./queries";

interface TryCardProps {
  readonly flag: string;
  /** The draft on the page; null where it cannot be asked yet. Left out: the flag as it stands. */
  readonly specNow?: () => FlagSpec | null;
}

type Step = FlagTrial["steps"][number];

export function TryCard({ flag, specNow }: TryCardProps): ReactNode {
  const { t } = useTranslation();
  const people = useMay("people:read");
  const [text, setText] = useState('{"id": "user-1", "country": "DE"}');
  const [user, setUser] = useState("");
  const { mutate, isPending, error, data } = useTryFlag();
  const attributes = jsonOf(text);
  const wrong = typeof attributes !== "object" || attributes === null || Array.isArray(attributes);
  const ask = (): void => {
    const spec = specNow ? specNow() : null;
    if (wrong || (specNow && spec === null)) return;
    mutate({ key: flag, spec, attributes: attributes as Record<string, unknown>, user_id: user.trim() });
  };
  return (
    <Card title={t("featureFlags.try")} note={t("featureFlags.tryNote")}>
      <Refusal error={error} />
      <Fields>
        <Field label={t("featureFlags.attributes")} wrong={wrong ? t("featureFlags.noJson") : undefined} wide>
          {(id) => (
            <Input.TextArea
              id={id}
              className="mono"
              autoSize={{ minRows: 2, maxRows: 10 }}
              value={text}
              spellCheck={false}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {people ? (
          <Field label={t("featureFlags.userId")} note={t("featureFlags.userIdNote")}>
            {(id) => <Input id={id} value={user} maxLength={200} onChange={(event) => setUser(event.target.value)} />}
          </Field>
        ) : null}
      </Fields>
      <div style={{ margin: "14px 0" }}>
        <Button type="primary" loading={isPending} disabled={wrong} onClick={ask}>
          {t("featureFlags.tryNow")}
        </Button>
      </div>
      {data ? <Answer trial={data} /> : null}
    </Card>
  );
}

function Answer({ trial }: { trial: FlagTrial }): ReactNode {
  const { t } = useTranslation();
  const columns: TableColumnsType<Step> = [
    { title: t("featureFlags.rule"), key: "rule", render: (_, step) => <code>{step.rule_id}</code> },
    {
      title: t("featureFlags.fate"),
      key: "why",
      render: (_, step) => <Pill tone={step.why === "decided" ? "good" : "plain"}>{t(`featureFlags.why.${step.why}`)}</Pill>,
    },
    {
      title: t("featureFlags.place"),
      key: "place",
      width: 130,
      align: "right",
      render: (_, step) => (step.place === null ? "" : `${step.place} / 100`),
    },
  ];
  const blocked = trial.source === "prerequisite" || trial.source === "cyclicPrerequisite";
  return (
    <div className={styles.answer} data-testid="trial">
      <div>
        {blocked ? (
          t("featureFlags.blocked")
        ) : (
          <>
            {t("featureFlags.answer")} <code data-testid="trial-value">{JSON.stringify(trial.value)}</code>
            {trial.arm ? <> · {t("featureFlags.inArm", { arm: trial.arm })}</> : null}
            {trial.source === "defaultValue" ? <> · {t("featureFlags.byDefault")}</> : null}
          </>
        )}
      </div>
      {trial.segments.length > 0 ? (
        <div className="soft">{t("featureFlags.inSegments", { segments: trial.segments.join(", ") })}</div>
      ) : null}
      {trial.steps.length > 0 ? (
        <Table<Step> rowKey="rule_id" size="small" columns={columns} dataSource={trial.steps} pagination={false} />
      ) : null}
    </div>
  );
}
