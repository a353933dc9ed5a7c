// When does it go out, by whose clock, and how fast?
import { Input, InputNumber, Segmented, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { wallClock } from "@/parts/zone";
import { useWorkspace } from "@/shell/workspace";
import type { Spec } from "./queries";
import { Troubles, type PartProps } from "./Troubles";

type Timing = Spec["timing"];
type Schedule = NonNullable<Timing["schedule"]>;
type Start = "now" | "once" | "again";

export function TimingCard({ spec, onChange, problems }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { zone } = useWorkspace();
  const { timing } = spec;
  const start: Start = timing.schedule === null ? "now" : timing.schedule.once_on ? "once" : "again";
  const change = (part: Partial<Timing>): void => onChange({ timing: { ...timing, ...part } });
  const begin = (next: Start): void => {
    const tomorrow = wallClock(new Date(Date.now() + 86_400_000), zone).slice(0, 10);
    const at = timing.schedule?.at ?? timing.local_at;
    const schedule: Schedule | null =
      next === "now" ? null : { type: "schedule", at, weekdays: [], day: 0, once_on: next === "once" ? tomorrow : "" };
    change({ schedule, until: "" });
  };
  return (
    <Card title={t("campaigns.steps.timing")} note={t("campaigns.steps.timingNote", { zone })}>
      <Troubles part="timing" problems={problems} />
      <Fields>
        <Field label={t("campaigns.start")} wide>
          {() => (
            <Segmented<Start>
              value={start}
              onChange={begin}
              aria-label={t("campaigns.start")}
              options={(["now", "once", "again"] as const).map((value) => ({ value, label: t(`campaigns.starts.${value}`) }))}
            />
          )}
        </Field>
        {timing.schedule ? <When timing={timing} schedule={timing.schedule} onChange={change} /> : null}
        <Field label={t("campaigns.clock")} note={t(`campaigns.clockNotes.${timing.clock}`)}>
          {(id, note) => (
            <Select<Timing["clock"]>
              id={id}
              aria-describedby={note}
              value={timing.clock}
              onChange={(clock) => change({ clock })}
              options={(["workspace", "person", "best"] as const).map((value) => ({ value, label: t(`campaigns.clocks.${value}`) }))}
            />
          )}
        </Field>
        {timing.schedule === null && timing.clock === "person" ? (
          <Field label={t("campaigns.at")}>
            {(id) => (
              <Input
                id={id}
                type="time"
                value={timing.local_at}
                onChange={(event) => change({ local_at: event.target.value || "10:00" })}
              />
            )}
          </Field>
        ) : null}
        <Throttle spec={spec} onChange={onChange} />
      </Fields>
    </Card>
  );
}

function When({
  timing,
  schedule,
  onChange,
}: {
  timing: Timing;
  schedule: Schedule;
  onChange: (part: Partial<Timing>) => void;
}): ReactNode {
  const { t } = useTranslation();
  const put = (part: Partial<Schedule>): void => onChange({ schedule: { ...schedule, ...part } });
  return (
    <>
      {schedule.once_on ? (
        <Field label={t("campaigns.day")}>
          {(id) => (
            <Input
              id={id}
              type="date"
              value={schedule.once_on}
              onChange={(event) => event.target.value && put({ once_on: event.target.value })}
            />
          )}
        </Field>
      ) : (
        <>
          <Field label={t("campaigns.weekdays")}>
            {(id) => (
              <Select<number[]>
                id={id}
                mode="multiple"
                value={schedule.weekdays}
                onChange={(weekdays) => put({ weekdays })}
                placeholder={t("flows.anyDay")}
                options={(["1", "2", "3", "4", "5", "6", "7"] as const).map((day) => ({
                  value: Number(day),
                  label: t(`flows.weekdays.${day}`),
                }))}
              />
            )}
          </Field>
          <Field label={t("campaigns.dayOfMonth")} note={t("campaigns.dayOfMonthNote")}>
            {(id, note) => (
              <InputNumber
                id={id}
                aria-describedby={note}
                min={0}
                max={28}
                value={schedule.day}
                onChange={(day) => put({ day: day ?? 0 })}
              />
            )}
          </Field>
          <Field label={t("campaigns.until")}>
            {(id) => <Input id={id} type="date" value={timing.until} onChange={(event) => onChange({ until: event.target.value })} />}
          </Field>
        </>
      )}
      <Field label={t("campaigns.at")}>
        {(id) => (
          <Input id={id} type="time" value={schedule.at} onChange={(event) => event.target.value && put({ at: event.target.value })} />
        )}
      </Field>
    </>
  );
}

function Throttle({ spec, onChange }: Pick<PartProps, "spec" | "onChange">): ReactNode {
  const { t } = useTranslation();
  const { throttle } = spec;
  return (
    <>
      <Field label={t("campaigns.throttle")} note={t("campaigns.throttleNote")}>
        {(id, note) => (
          <InputNumber
            id={id}
            aria-describedby={note}
            min={1}
            max={10_000_000}
            precision={0}
            value={throttle?.messages ?? null}
            onChange={(messages) => onChange({ throttle: messages ? { messages, per: throttle?.per ?? "hour" } : null })}
          />
        )}
      </Field>
      {throttle ? (
        <Field label={t("campaigns.per")}>
          {(id) => (
            <Select<"minute" | "hour">
              id={id}
              value={throttle.per}
              onChange={(per) => onChange({ throttle: { ...throttle, per } })}
              options={(["minute", "hour"] as const).map((value) => ({ value, label: t(`campaigns.pers.${value}`) }))}
            />
          )}
        </Field>
      ) : null}
    </>
  );
}
