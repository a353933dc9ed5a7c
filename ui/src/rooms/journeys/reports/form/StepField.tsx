// Which kind of event is meant? One that came in or is planned, or any; and which of them by a filter.
import { Select } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { useEventNames } from "@/rooms/segments/names";
import { textOf, withFields, type Spec } from "../spec";
import { FilterField } from "./FilterField";
import styles from "./Form.module.css";

interface EventPickProps {
  readonly value: string;
  readonly onChange: (event: string | undefined) => void;
  readonly title: string;
  readonly placeholder?: string;
  /** Whether nothing picked means any event. */
  readonly any?: boolean;
}

/** One of the known events; a name that stands in the spec and is not known is shown too. */
export function EventPick({ value, onChange, title, placeholder, any = true }: EventPickProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { events, busy } = useEventNames();
  const options = useMemo(() => {
    const known = events.map(({ name, people }) => ({
      value: name,
      label: name,
      note: people === null ? t("builder.neverSeen") : t("builder.eventPeople", { people: formatNumber(people, tag) }),
    }));
    return value === "" || known.some((each) => each.value === value) ? known : [...known, { value, label: value, note: "" }];
  }, [events, value, t, tag]);
  return (
    <Select<string | null>
      className={styles.grow ?? ""}
      value={value === "" ? null : value}
      onChange={(next) => onChange(next ?? undefined)}
      options={options}
      optionRender={(option) => (
        <span className={styles.option}>
          <span>{option.label}</span>
          <span className="faint">{option.data.note}</span>
        </span>
      )}
      showSearch={{ optionFilterProp: "label" }}
      allowClear={any}
      placeholder={placeholder ?? t("builder.anyEvent")}
      aria-label={title}
      loading={busy}
      popupMatchSelectWidth={320}
    />
  );
}

interface StepFieldProps {
  readonly step: Spec;
  readonly onChange: (step: Spec) => void;
  readonly title: string;
  /** What stands before and behind the event in its line. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  /** What belongs to it below. */
  readonly children?: ReactNode;
}

export function StepField({ step, onChange, title, before, after, children }: StepFieldProps): ReactNode {
  const event = textOf(step.event);
  return (
    <div className={styles.step} role="group" aria-label={title}>
      <div className={styles.line}>
        {before}
        <EventPick value={event} onChange={(next) => onChange(withFields(step, { event: next }))} title={title} />
        {after}
      </div>
      {children}
      <FilterField
        value={step.filter}
        events={event === "" ? [] : [event]}
        onChange={(filter) => onChange(withFields(step, { filter }))}
        title={title}
      />
    </div>
  );
}
