// From where, to where or around what do people go, which events are steps, and what do we call them?
import { Button, Select } from "antd";
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useEventNames } from "@/rooms/segments/names";
import { DurationField } from "../../form/DurationField";
import styles from "../../form/Form.module.css";
import { Amount, Choice, Fold, Line, Part, WordsInput } from "../../form/kit";
import { EventPick, StepField } from "../../form/StepField";
import { Tool } from "../../form/StepsField";
import type { FormProps } from "../../form/types";
import { isObject, listOf, numberOf, textOf, withFields, type Json, type Spec } from "../../spec";

const DIRECTIONS = ["from", "to", "around"] as const;
const NAMES = ["event", "page"] as const;
const REPEATS = ["collapse", "keep"] as const;

function namesOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((one): one is string => typeof one === "string") : [];
}

export function PathsForm({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const set = (fields: Spec): void => onChange(withFields(spec, fields));
  const anchor = isObject(spec.anchor) ? spec.anchor : null;
  const direction = DIRECTIONS.find((one) => one === spec.direction) ?? "from";
  return (
    <>
      <Choice
        title={t("reports.direction")}
        value={direction}
        options={DIRECTIONS.map((value) => ({ value, label: t(`reports.directions.${value}`) }))}
        onChange={(next) => set({ direction: next })}
      />
      <OneStep
        title={t("reports.anchor")}
        note={direction === "around" ? undefined : t(direction === "from" ? "reports.anchorFrom" : "reports.anchorTo")}
        add={t("reports.pickAnchor")}
        step={anchor}
        onChange={(next) => set({ anchor: next })}
      />
      <Amount title={t("reports.depth")} value={numberOf(spec.steps) ?? 5} min={2} max={10} onChange={(steps) => set({ steps })} />
      <Choice
        title={t("reports.nameBy")}
        value={NAMES.find((one) => one === spec.name_by) ?? "event"}
        options={NAMES.map((value) => ({ value, label: t(`reports.names.${value}`) }))}
        onChange={(name_by) => set({ name_by })}
      />
      <OneStep
        title={t("reports.goal")}
        note={t("reports.goalNote")}
        add={t("reports.pickGoal")}
        step={isObject(spec.goal) ? spec.goal : null}
        onChange={(goal) => set({ goal })}
      />
      <Fold title={t("reports.more")}>
        <Which spec={spec} onChange={onChange} />
        <Groups spec={spec} onChange={onChange} />
        <Choice
          title={t("reports.repeats")}
          value={REPEATS.find((one) => one === spec.repeats) ?? "collapse"}
          options={REPEATS.map((value) => ({ value, label: t(`reports.repeatKinds.${value}`) }))}
          onChange={(repeats) => set({ repeats })}
        />
        <DurationField
          title={t("reports.gap")}
          seconds={numberOf(spec.gap_seconds) ?? 1800}
          most={30 * 86_400}
          onChange={(gap_seconds) => set({ gap_seconds })}
          note={t("reports.gapNote")}
        />
        <Amount title={t("reports.shownNames")} value={numberOf(spec.limit) ?? 8} min={1} max={50} onChange={(limit) => set({ limit })} />
      </Fold>
    </>
  );
}

interface OneStepProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly add: string;
  readonly step: Spec | null;
  readonly onChange: (step: Spec | undefined) => void;
}

/** A step that may be left out. */
function OneStep({ title, note, add, step, onChange }: OneStepProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Part title={title} note={note}>
      {step ? (
        <StepField
          step={step}
          onChange={onChange}
          title={title}
          after={<Tool icon={X} title={t("reports.removeNamed", { name: title })} onClick={() => onChange(undefined)} />}
        />
      ) : (
        <Line>
          <EventPick
            value=""
            title={title}
            placeholder={add}
            any={false}
            onChange={(event) => (event === undefined ? undefined : onChange({ event }))}
          />
        </Line>
      )}
    </Part>
  );
}

/** Which events are steps: only some, or all but some. */
function Which({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const { events, busy } = useEventNames();
  const options = events.map(({ name }) => ({ value: name, label: name }));
  const only = listOf(spec.only);
  const names = only.map(({ event }) => textOf(event)).filter((name) => name !== "");
  const setOnly = (next: readonly string[]): void => {
    const steps = next.map((event) => only.find((one) => one.event === event) ?? { event });
    onChange(withFields(spec, { only: steps.length > 0 ? steps : undefined }));
  };
  return (
    <>
      <Part title={t("reports.only")}>
        <Select<string[]>
          mode="multiple"
          value={names}
          options={options}
          onChange={setOnly}
          placeholder={t("reports.allEvents")}
          aria-label={t("reports.only")}
          loading={busy}
          maxCount={50}
        />
      </Part>
      <Part title={t("reports.hide")}>
        <Select<string[]>
          mode="multiple"
          value={namesOf(spec.hide)}
          options={options}
          onChange={(hide) => onChange(withFields(spec, { hide: hide.length > 0 ? hide : undefined }))}
          placeholder={t("reports.hideNone")}
          aria-label={t("reports.hide")}
          loading={busy}
          maxCount={200}
        />
      </Part>
    </>
  );
}

/** Names that are one, by a pattern. */
function Groups({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const groups = listOf(spec.groups);
  const set = (next: readonly Spec[]): void => onChange(withFields(spec, { groups: next.length > 0 ? next : undefined }));
  const change = (place: number, fields: Spec): void => set(groups.map((each, at) => (at === place ? { ...each, ...fields } : each)));
  return (
    <Part title={t("reports.nameGroups")} note={t("reports.nameGroupsNote")}>
      {groups.map((group, place) => (
        <Line key={`${place} of ${groups.length}`}>
          <span className={styles.grow}>
            <WordsInput
              title={t("reports.patternOf", { n: place + 1 })}
              value={textOf(group.pattern)}
              onChange={(pattern) => (pattern === "" ? undefined : change(place, { pattern }))}
              mono
              maxLength={500}
            />
          </span>
          <span className={styles.grow}>
            <WordsInput
              title={t("reports.patternName", { n: place + 1 })}
              value={textOf(group.name)}
              onChange={(name) => (name === "" ? undefined : change(place, { name }))}
            />
          </span>
          <Tool
            icon={X}
            title={t("reports.removeNamed", { name: textOf(group.name) })}
            onClick={() => set(groups.filter((_, at) => at !== place))}
          />
        </Line>
      ))}
      {groups.length < 50 ? (
        <Line>
          <Button
            type="text"
            size="small"
            icon={<Plus size={13} aria-hidden />}
            onClick={() => set([...groups, { pattern: "^/product/", name: "/product/*" }])}
          >
            {t("reports.addGroup")}
          </Button>
        </Line>
      ) : null}
    </Part>
  );
}
