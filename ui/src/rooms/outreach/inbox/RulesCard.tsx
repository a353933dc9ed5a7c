// When does somebody answer, how soon, and which teams are there?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, InputNumber, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { useMay, useWorkspace } from "@/shell/workspace";
import styles from "./Inbox.module.css";
import { rulesQuery, useSaveRules, type Rules, type Settings } from "./queries";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export function RulesCard(): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(rulesQuery(slug));
  return <Ready query={query}>{(rules) => <Form key={JSON.stringify(rules.settings)} rules={rules} />}</Ready>;
}

function Form({ rules }: { rules: Rules }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const may = useMay("conversations:write");
  const [draft, setDraft] = useState<Settings>(rules.settings);
  const { mutate, isPending, error } = useSaveRules();
  const change = (part: Partial<Settings>): void => setDraft((now) => ({ ...now, ...part }));
  return (
    <Card title={t("inbox.tabs.rules")} note={t("inbox.rulesNote", { zone: rules.zone })}>
      <fieldset disabled={!may} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        <Stack>
          <Refusal error={error} />
          <Week draft={draft} change={change} />
          <Fields>
            <Field label={t("inbox.within")} note={t("inbox.withinNote")}>
              {(id, note) => (
                <InputNumber
                  id={id}
                  aria-describedby={note}
                  min={1}
                  max={100_000}
                  precision={0}
                  value={draft.answer_within_minutes ?? 240}
                  onChange={(value) => change({ answer_within_minutes: value ?? 1 })}
                  style={{ width: "100%" }}
                />
              )}
            </Field>
            <Words label={t("inbox.teams")} note={t("inbox.teamsNote")} value={draft.teams ?? []} onChange={(teams) => change({ teams })} />
            <Words
              label={t("inbox.stock")}
              note={t("inbox.stockNote")}
              value={draft.stock_phrases ?? []}
              onChange={(stock_phrases) => change({ stock_phrases })}
            />
          </Fields>
          {may ? (
            <div>
              <Button
                type="primary"
                loading={isPending}
                onClick={() => mutate(draft, { onSuccess: () => void message.success(t("inbox.rulesSaved")) })}
              >
                {t("actions.save")}
              </Button>
            </div>
          ) : null}
        </Stack>
      </fieldset>
    </Card>
  );
}

function Week({ draft, change }: { draft: Settings; change: (part: Partial<Settings>) => void }): ReactNode {
  const { t } = useTranslation();
  const week = draft.week ?? [];
  const set = (place: number, part: { opens?: string; closes?: string }): void =>
    change({ week: week.map((day, each) => (each === place ? { ...day, ...part } : day)) });
  return (
    <div className={styles.days}>
      {DAYS.map((day, place) => (
        <fieldset key={day} className={styles.day}>
          <legend>{t(`inbox.days.${day}`)}</legend>
          {(["opens", "closes"] as const).map((end) => (
            <Input
              key={end}
              aria-label={`${t(`inbox.days.${day}`)}: ${t(`inbox.${end}`)}`}
              placeholder={t("inbox.dayOff")}
              value={week[place]?.[end] ?? ""}
              maxLength={5}
              onChange={(event) => set(place, { [end]: event.target.value.trim() })}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

interface WordsProps {
  readonly label: string;
  readonly note: string;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
}

function Words({ label, note, value, onChange }: WordsProps): ReactNode {
  return (
    <Field label={label} note={note} wide>
      {(id, described) => (
        <Select
          id={id}
          aria-describedby={described}
          aria-label={label}
          mode="tags"
          open={false}
          suffixIcon={null}
          value={[...value]}
          style={{ width: "100%" }}
          onChange={onChange}
        />
      )}
    </Field>
  );
}
