// What does each letter stand for: events and what is measured of them, or another metric?
import { App, AutoComplete, Button, Segmented, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useEventNames, usePropertyNames } from "@/rooms/segments/names";
import { useMetricName } from "../marks";
import type { Metric } from "../queries";
import styles from "./Custom.module.css";
import { blankLetter, LETTERS, MEASURES, takesProperty, withoutLetter, type Draft, type LetterDraft, type Measure } from "./draft";

interface LetterFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly metrics: readonly Metric[];
  readonly insists: boolean;
}

export function LetterFields({ draft, onChange, metrics, insists }: LetterFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { letters } = draft;
  const add = (): void => onChange({ ...draft, letters: [...letters, blankLetter(Math.max(-1, ...letters.map(({ id }) => id)) + 1)] });
  const remove = (place: number): void => {
    const next = withoutLetter(draft, place);
    if (next) onChange(next);
    else void message.warning(t("customMetrics.stillUsed", { letter: LETTERS[place] ?? "" }));
  };
  return (
    <div className={styles.letters}>
      {letters.map((letter, place) => (
        <One
          key={letter.id}
          letter={letter}
          name={LETTERS[place] ?? ""}
          metrics={metrics}
          insists={insists}
          onChange={(next) => onChange({ ...draft, letters: letters.map((each) => (each.id === letter.id ? next : each)) })}
          onRemove={letters.length > 1 ? () => remove(place) : undefined}
        />
      ))}
      <div>
        <Button size="small" icon={<Plus size={13} aria-hidden />} disabled={letters.length >= LETTERS.length} onClick={add}>
          {t("customMetrics.addLetter")}
        </Button>
      </div>
    </div>
  );
}

interface OneProps {
  readonly letter: LetterDraft;
  readonly name: string;
  readonly metrics: readonly Metric[];
  readonly insists: boolean;
  readonly onChange: (letter: LetterDraft) => void;
  readonly onRemove: (() => void) | undefined;
}

function One(props: OneProps): ReactNode {
  const { t } = useTranslation();
  const { letter, name, onChange, onRemove } = props;
  return (
    <fieldset className={styles.letter} aria-label={t("customMetrics.letterOf", { letter: name })}>
      <strong className={styles.letterName} aria-hidden>
        {name}
      </strong>
      <div className={styles.letterFields}>
        <Segmented<LetterDraft["kind"]>
          size="small"
          value={letter.kind}
          onChange={(kind) => onChange({ ...letter, kind })}
          options={(["events", "metric"] as const).map((value) => ({ value, label: t(`customMetrics.kinds.${value}`) }))}
          aria-label={t("customMetrics.kindOf", { letter: name })}
        />
        {letter.kind === "events" ? <EventsOf {...props} /> : <MetricOf {...props} />}
        {letter.kept.filter ? <span className="faint">{t("customMetrics.filtered")}</span> : null}
      </div>
      {onRemove ? (
        <Button
          size="small"
          type="text"
          icon={<Trash2 size={14} aria-hidden />}
          aria-label={t("customMetrics.removeLetter", { letter: name })}
          onClick={onRemove}
        />
      ) : null}
    </fieldset>
  );
}

function EventsOf({ letter, name, insists, onChange }: OneProps): ReactNode {
  const { t } = useTranslation();
  const { events } = useEventNames();
  const properties = usePropertyNames(letter.event === "" ? [] : [letter.event]);
  const wrong = insists && letter.property.trim() === "";
  return (
    <>
      <AutoComplete
        className={styles.event ?? ""}
        value={letter.event}
        onChange={(event: string) => onChange({ ...letter, event })}
        options={events.map((event) => ({ value: event.name }))}
        showSearch={{ filterOption: (typed, option) => option?.value.toLowerCase().includes(typed.toLowerCase()) ?? false }}
        placeholder={t("builder.anyEvent")}
        aria-label={t("customMetrics.eventOf", { letter: name })}
        maxLength={200}
        allowClear
      />
      <Select<Measure>
        className={styles.measure ?? ""}
        value={letter.measure}
        onChange={(measure) => onChange({ ...letter, measure })}
        options={MEASURES.map((value) => ({ value, label: t(`customMetrics.measures.${value}`) }))}
        aria-label={t("customMetrics.measureOf", { letter: name })}
        popupMatchSelectWidth={false}
      />
      {takesProperty(letter.measure) ? (
        <AutoComplete
          className={styles.property ?? ""}
          value={letter.property}
          onChange={(property: string) => onChange({ ...letter, property })}
          options={properties.filter(({ type }) => type === "number" || type === "any").map((each) => ({ value: each.name }))}
          placeholder={t("customMetrics.property")}
          aria-label={t("customMetrics.propertyOf", { letter: name })}
          maxLength={200}
          {...(wrong ? { status: "error" as const } : {})}
        />
      ) : null}
    </>
  );
}

function MetricOf({ letter, name, metrics, insists, onChange }: OneProps): ReactNode {
  const { t } = useTranslation();
  const metricName = useMetricName();
  return (
    <Select<string>
      className={styles.event ?? ""}
      value={letter.metric === "" ? null : letter.metric}
      onChange={(metric) => onChange({ ...letter, metric, kept: {} })}
      options={metrics.map((metric) => ({ value: metric.key, label: metricName(metric) }))}
      showSearch={{ optionFilterProp: "label" }}
      placeholder={t("alerts.chooseMetric")}
      aria-label={t("customMetrics.metricOf", { letter: name })}
      popupMatchSelectWidth={false}
      {...(insists && letter.metric === "" ? { status: "error" as const } : {})}
    />
  );
}
