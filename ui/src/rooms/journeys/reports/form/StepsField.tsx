// Which kinds of event, one after the other? Picked from the list below them, moved and taken away by buttons.
import { Button } from "antd";
import { ArrowDown, ArrowUp, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Spec } from "../spec";
import { Part } from "./kit";
import styles from "./Form.module.css";
import { EventPick, StepField } from "./StepField";

interface StepsFieldProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly steps: readonly Spec[];
  readonly onChange: (steps: readonly Spec[]) => void;
  readonly most: number;
  /** How the n-th is called, from 1. */
  readonly named: (place: number) => string;
  readonly add: string;
  readonly ordered?: boolean;
  /** What a picked event begins as. */
  readonly start?: Spec;
  readonly mark?: (place: number) => string;
  readonly extra?: (step: Spec, change: (step: Spec) => void, place: number) => ReactNode;
}

function moved<T>(items: readonly T[], from: number, by: -1 | 1): T[] {
  const next = [...items];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(from + by, 0, one);
  return next;
}

export function StepsField({
  title,
  note,
  steps,
  onChange,
  most,
  named,
  add,
  ordered = false,
  start = {},
  mark,
  extra,
}: StepsFieldProps): ReactNode {
  const { t } = useTranslation();
  const change = (place: number, step: Spec): void => onChange(steps.map((each, at) => (at === place ? step : each)));
  return (
    <Part title={title} note={note}>
      {steps.map((step, place) => (
        <StepField
          // Steps have no name of their own; their place is what the reader sees.
          key={`${place} of ${steps.length}`}
          step={step}
          onChange={(next) => change(place, next)}
          title={named(place + 1)}
          before={<span className={styles.number}>{mark ? mark(place) : place + 1}</span>}
          after={
            <>
              {ordered ? (
                <>
                  <Tool
                    icon={ArrowUp}
                    title={t("reports.up", { name: named(place + 1) })}
                    off={place === 0}
                    onClick={() => onChange(moved(steps, place, -1))}
                  />
                  <Tool
                    icon={ArrowDown}
                    title={t("reports.down", { name: named(place + 1) })}
                    off={place === steps.length - 1}
                    onClick={() => onChange(moved(steps, place, 1))}
                  />
                </>
              ) : null}
              <Tool
                icon={X}
                title={t("reports.removeNamed", { name: named(place + 1) })}
                onClick={() => onChange(steps.filter((_, at) => at !== place))}
              />
            </>
          }
        >
          {extra?.(step, (next) => change(place, next), place)}
        </StepField>
      ))}
      {steps.length < most ? (
        <div className={styles.line}>
          <EventPick
            // Anew for each, so that it is empty again.
            key={steps.length}
            value=""
            any={false}
            title={add}
            placeholder={add}
            onChange={(event) => (event === undefined ? undefined : onChange([...steps, { ...start, event }]))}
          />
          <Button type="text" size="small" onClick={() => onChange([...steps, { ...start }])}>
            {t("builder.anyEvent")}
          </Button>
        </div>
      ) : null}
    </Part>
  );
}

interface ToolProps {
  readonly icon: typeof X;
  readonly title: string;
  readonly onClick: () => void;
  readonly off?: boolean;
}

export function Tool({ icon: Icon, title, onClick, off = false }: ToolProps): ReactNode {
  return <Button type="text" size="small" icon={<Icon size={14} aria-hidden />} aria-label={title} onClick={onClick} disabled={off} />;
}
