// Which outcome, of whom, against which rule, and is there enough to learn from? Beside it how often it came true at each cut.
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Segmented, Select, Spin, Switch } from "antd";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Technical } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useErrorWords } from "@/parts/useErrorWords";
import { Day, Num } from "@/parts/values";
import { isTagKey, tagKeyFor } from "@/rooms/profiles/tags/editor/lacks";
import { tagsQuery } from "@/rooms/profiles/tags/queries";
import builderStyles from "@/rooms/segments/builder/Builder.module.css";
import { ConditionField, troublesIn } from "@/rooms/segments/builder/ConditionField";
import type { Trouble } from "@/rooms/segments/builder/context";
import { NumberField } from "@/rooms/segments/builder/NumberField";
import { useLeaving } from "@/rooms/segments/builder/useLeaving";
import { useWorkspace } from "@/shell/workspace";
import { bodyOf, NO_PAST, RULES, troublesOf, type ModelDraft } from "./draft";
import styles from "./Models.module.css";
import { outlookQuery, type Outlook } from "./queries";
import { useSavingModel } from "./useCreating";
import { refusedAt } from "@/rooms/segments/builder/faults";

/** edited: the model stands already, under the key of ``start``. */
export function OwnModel({ start, edited = false }: { start: ModelDraft; edited?: boolean }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [draft, setDraft] = useState(start);
  const [insists, insist] = useState(false);
  const tags = useQuery(tagsQuery(slug));
  const taken = useMemo(() => new Set(tags.data?.items.map((each) => each.key)), [tags.data]);
  const named = draft.label.zh.trim() !== "" || draft.label.en.trim() !== "";
  const key = draft.key ?? (named ? tagKeyFor(draft.label, taken) : "");
  const lacks = useMemo(() => troublesOf(draft), [draft]);
  const { save: write, busy, error } = useSavingModel(edited);
  const leaving = useLeaving(draft !== start && !busy);
  const outlook = useOutlook(draft, lacks.length === 0);
  const save = (): void => {
    insist(true);
    if (lacks.length > 0 || !named || !isTagKey(key)) return;
    leaving.free();
    write(key, bodyOf(draft));
  };
  return (
    <>
      <Refusal error={error} />
      <div className={builderStyles.layout}>
        <div className={builderStyles.main}>
          <NameCard draft={draft} onChange={setDraft} shownKey={key} insists={insists} named={named} fixed={edited} />
          <TargetCard draft={draft} onChange={setDraft} troubles={[...lacks, ...outlook.refused]} insists={insists} />
          <TermsCard draft={draft} onChange={setDraft} troubles={[...lacks, ...outlook.refused]} insists={insists} />
          <div>
            <Button type="primary" loading={busy} onClick={save}>
              {t(edited ? "actions.save" : "models.create")}
            </Button>
          </div>
        </div>
        <aside className={builderStyles.side}>
          <OutlookPanel state={outlook} />
        </aside>
      </div>
      {leaving.dialog}
    </>
  );
}

interface PartProps {
  readonly draft: ModelDraft;
  readonly onChange: (draft: ModelDraft) => void;
  readonly insists: boolean;
}

interface NameProps extends PartProps {
  readonly shownKey: string;
  readonly named: boolean;
  readonly fixed: boolean;
}

function NameCard({ draft, onChange, shownKey, insists, named, fixed }: NameProps): ReactNode {
  const { t } = useTranslation();
  const { label } = draft;
  const wrongKey = (insists || draft.key !== null) && shownKey !== "" && !isTagKey(shownKey) ? t("tagEditor.lacks.key") : undefined;
  return (
    <Card title={t("tagEditor.naming")}>
      <Fields>
        {(["zh", "en"] as const).map((language) => (
          <Field
            key={language}
            label={t(language === "zh" ? "tagEditor.labelZh" : "tagEditor.labelEn")}
            wrong={insists && !named && language === "zh" ? t("tagEditor.lacks.label") : undefined}
          >
            {(id, note) => (
              <Input
                id={id}
                aria-describedby={note}
                lang={language}
                value={label[language]}
                onChange={(event) => onChange({ ...draft, label: { ...label, [language]: event.target.value } })}
                maxLength={200}
              />
            )}
          </Field>
        ))}
        <Field label={t("tagEditor.key")} note={t("models.keyNote")} wrong={wrongKey}>
          {(id, note) => (
            <Input
              id={id}
              aria-describedby={note}
              className="mono"
              value={shownKey}
              onChange={(event) => onChange({ ...draft, key: event.target.value === "" ? null : event.target.value })}
              maxLength={63}
              spellCheck={false}
              disabled={fixed}
            />
          )}
        </Field>
      </Fields>
    </Card>
  );
}

function TargetCard({ draft, onChange, troubles, insists }: PartProps & { troubles: readonly Trouble[] }): ReactNode {
  const { t } = useTranslation();
  const outcome = draft.kind === "outcome";
  const inside = useMemo(() => troublesIn(troubles, outcome ? "target.condition" : "target.who"), [troubles, outcome]);
  return (
    <Card
      title={t("models.foretold")}
      note={t(outcome ? "models.outcomeNote" : "models.seedNote")}
      actions={
        <Segmented<ModelDraft["kind"]>
          size="small"
          value={draft.kind}
          onChange={(kind) => onChange({ ...draft, kind })}
          aria-label={t("models.foretold")}
          options={(["outcome", "seed"] as const).map((value) => ({ value, label: t(`models.targets.${value}`) }))}
        />
      }
    >
      <ConditionField
        root={draft.condition}
        onChange={(condition) => onChange({ ...draft, condition })}
        troubles={inside}
        insists={insists}
        {...(outcome ? { without: NO_PAST } : {})}
      />
      {outcome ? (
        <div className={styles.verdict} style={{ marginTop: 12 }}>
          <span className="soft">{t("models.within")}</span>
          <NumberField
            label={t("models.days")}
            value={draft.days}
            onChange={(days) => onChange({ ...draft, days: days ?? 30 })}
            whole
            min={1}
            max={365}
            suffix={t("tagEditor.daysUnit")}
            width={120}
          />
        </div>
      ) : null}
    </Card>
  );
}

function TermsCard({ draft, onChange, troubles, insists }: PartProps & { troubles: readonly Trouble[] }): ReactNode {
  const { t } = useTranslation();
  const inside = useMemo(() => troublesIn(troubles, "among"), [troubles]);
  return (
    <Card title={t("models.among")} note={t("models.amongNote")}>
      <ConditionField
        root={draft.among}
        onChange={(among) => onChange({ ...draft, among })}
        troubles={inside}
        insists={insists && draft.among.parts.length > 0}
        {...(draft.kind === "outcome" ? { without: NO_PAST } : {})}
      />
      <div style={{ marginTop: 16 }}>
        <Fields>
          <Field label={t("models.rule")} note={t("models.ruleNote")}>
            {(id, note) => (
              <Select<ModelDraft["rule"]["kind"]>
                id={id}
                aria-describedby={note}
                value={draft.rule.kind}
                onChange={(kind) => onChange({ ...draft, rule: { kind } })}
                options={[...new Set([...RULES, draft.rule.kind])].map((value) => ({ value, label: t(`models.rules.${value}`) }))}
              />
            )}
          </Field>
          <Field label={t("models.autoPromote")}>
            {(id) => (
              <span>
                <Switch
                  id={id}
                  aria-label={t("models.autoPromote")}
                  size="small"
                  checked={draft.autoPromote}
                  onChange={(autoPromote) => onChange({ ...draft, autoPromote })}
                />
              </span>
            )}
          </Field>
          <Field label={t("models.fallback")}>
            {(id) => (
              <span>
                <Switch
                  id={id}
                  aria-label={t("models.fallback")}
                  size="small"
                  checked={draft.fallback}
                  onChange={(fallback) => onChange({ ...draft, fallback })}
                />
              </span>
            )}
          </Field>
          <Field label={t("models.retrain")}>
            {() => (
              <NumberField
                label={t("models.retrain")}
                value={draft.retrainDays}
                onChange={(days) => onChange({ ...draft, retrainDays: days ?? 30 })}
                whole
                min={1}
                max={365}
                suffix={t("tagEditor.daysUnit")}
                width={120}
              />
            )}
          </Field>
        </Fields>
      </div>
    </Card>
  );
}

interface Looking {
  readonly busy: boolean;
  readonly whole: boolean;
  readonly found: Outlook | undefined;
  readonly error: unknown;
  readonly refused: readonly Trouble[];
}

/** What there is to learn from, asked a moment after the last change. */
function useOutlook(draft: ModelDraft, whole: boolean): Looking {
  const { slug } = useWorkspace();
  // What it is called, and how it is kept up, changes nothing of it.
  const text = useMemo(() => JSON.stringify(bodyOf({ ...draft, label: { zh: "-", en: "-" }, autoPromote: true })), [draft]);
  const settled = useDelayed(text, 600);
  const asked = whole && settled === text;
  const { data, error, isFetching } = useQuery({ ...outlookQuery(slug, settled), enabled: asked });
  const refused = useMemo(() => (asked ? refusedAt(error) : []), [asked, error]);
  return { busy: isFetching || (whole && !asked), whole, found: asked ? data : undefined, error: asked ? error : null, refused };
}

function OutlookPanel({ state: { busy, whole, found, error } }: { state: Looking }): ReactNode {
  const { t } = useTranslation();
  return (
    <Card
      title={t("models.outlook")}
      note={t("models.outlookNote")}
      actions={busy ? <Spin size="small" aria-label={t("tagEditor.trial.asking")} /> : null}
    >
      {!whole ? <p className="soft">{t("tagEditor.trial.incomplete")}</p> : null}
      {error ? <Failed error={error} /> : null}
      {found ? <Cuts found={found} /> : null}
    </Card>
  );
}

function Failed({ error }: { error: unknown }): ReactNode {
  const known = asApiError(error);
  const { text } = useErrorWords(known);
  return (
    <div role="alert">
      {text}
      <Technical error={known} />
    </div>
  );
}

function Cuts({ found: { items, needed } }: { found: Outlook }): ReactNode {
  const { t } = useTranslation();
  const few = (people: number, positives: number): boolean => Math.min(positives, people - positives) < needed;
  return (
    <>
      <table className={styles.cuts}>
        <thead>
          <tr>
            <th>{t("models.cut")}</th>
            <th>{t("models.scoredPeople")}</th>
            <th>{t("models.cameTrue")}</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ cut, people, positives }) => (
            <tr key={cut} className={few(people, positives) ? styles.few : undefined}>
              <td>
                <Day day={cut} />
              </td>
              <td>
                <Num value={people} />
              </td>
              <td data-testid="positives">
                <Num value={positives} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={builderStyles.note}>{t("models.needed", { count: needed })}</p>
    </>
  );
}
