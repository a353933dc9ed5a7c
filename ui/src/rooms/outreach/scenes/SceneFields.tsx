// When may a scene hold, how long does it last, how soon may it come again, and what does a page show then?
import { Input, InputNumber, Switch } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import type { SceneSpec } from "./queries";

interface PartProps {
  readonly spec: SceneSpec;
  readonly onChange: (part: Partial<SceneSpec>) => void;
}

const LATE = { since: "22:00", until: "02:00" };
const MAX_MINUTES = 129_600;

export function TimeFields({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { hours } = spec;
  const minutes = (id: string, value: number, put: (value: number) => void): ReactNode => (
    <InputNumber
      id={id}
      min={1}
      max={MAX_MINUTES}
      precision={0}
      value={value}
      suffix={t("scenes.minutes")}
      style={{ width: "100%" }}
      onChange={(given) => put(given ?? 1)}
    />
  );
  return (
    <Card title={t("scenes.when")} note={t("scenes.whenNote")}>
      <Fields>
        <Field label={t("scenes.onlyHours")} wide>
          {(id) => (
            <Switch
              id={id}
              aria-label={t("scenes.onlyHours")}
              checked={hours !== null}
              onChange={(on) => onChange({ hours: on ? LATE : null })}
            />
          )}
        </Field>
        {hours ? (
          <>
            <Field label={t("scenes.since")}>
              {(id) => (
                <Input
                  id={id}
                  type="time"
                  value={hours.since}
                  onChange={(event) => onChange({ hours: { ...hours, since: event.target.value } })}
                />
              )}
            </Field>
            <Field label={t("scenes.until")}>
              {(id) => (
                <Input
                  id={id}
                  type="time"
                  value={hours.until}
                  onChange={(event) => onChange({ hours: { ...hours, until: event.target.value } })}
                />
              )}
            </Field>
          </>
        ) : null}
        <Field label={t("scenes.stays")} note={t("scenes.staysNote")}>
          {(id) => minutes(id, spec.stays_minutes, (stays_minutes) => onChange({ stays_minutes }))}
        </Field>
        <Field
          label={t("scenes.coolDown")}
          note={t("scenes.coolDownNote")}
          wrong={spec.cool_down_minutes < spec.stays_minutes ? t("scenes.coolDownShort") : undefined}
        >
          {(id) => minutes(id, spec.cool_down_minutes, (cool_down_minutes) => onChange({ cool_down_minutes }))}
        </Field>
      </Fields>
    </Card>
  );
}
