// Who comes in, how often, what is it for, and when is it over? What holds for the whole flow.
import { Input, InputNumber, Select, Switch } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useWorkspace } from "@/shell/workspace";
import { FilterEditor, PeopleEditor } from "./Conditions";
import { scenesQuery } from "../scenes/queries";
import { EventSelect, FieldsOf } from "./ConfigForm";
import { Problems, WayField } from "./NodePanel";
import type { Entry, Graph, Kind, Problem } from "./queries";
import type { ConfigField } from "./schema";

interface SettingsPanelProps {
  readonly graph: Graph;
  readonly problems: readonly Problem[];
  readonly onChange: (change: Partial<Graph>, as?: string) => void;
  readonly onAdd: (kind: Kind) => void;
}

const ENTRIES: Readonly<Record<Entry["type"], Entry>> = {
  event: { type: "event", event: "Signed Up", where: null, key: "", hours: 24 },
  segment: { type: "segment", segment: "", on: "entered", members: false },
  schedule: { type: "schedule", at: "10:00", weekdays: [], day: 0, once_on: "" },
  date: { type: "date", trait: "birthday", yearly: true, days_before: 0, at: "09:00" },
  api: { type: "api" },
  scene: { type: "scene", scene: "" },
};

export function SettingsPanel({ graph, problems, onChange, onAdd }: SettingsPanelProps): ReactNode {
  const { t } = useTranslation();
  const types = Object.keys(ENTRIES) as Entry["type"][];
  return (
    <>
      <Card title={t("flows.entry.title")} note={t("flows.entry.note")}>
        <Problems problems={problems} />
        <Fields>
          <Field label={t("flows.entry.by")} wide>
            {(id) => (
              <Select<Entry["type"]>
                id={id}
                value={graph.entry.type}
                onChange={(type) => onChange({ entry: ENTRIES[type] })}
                options={types.map((type) => ({ value: type, label: t(`flows.entry.types.${type}`) }))}
              />
            )}
          </Field>
        </Fields>
        <EntryFields entry={graph.entry} onChange={(entry) => onChange({ entry }, "entry")} />
        <Fields>
          <PeopleEditor label={t("flows.entry.who")} value={graph.who} onChange={(who) => onChange({ who: who as Graph["who"] })} />
        </Fields>
        <WayField
          graph={graph}
          source=""
          way="next"
          onConnect={(_, target) => onChange({ start: target ?? "" })}
          onAdd={(kind) => onAdd(kind)}
        />
      </Card>
      <Rules graph={graph} onChange={onChange} />
    </>
  );
}

function Rules({ graph, onChange }: Pick<SettingsPanelProps, "graph" | "onChange">): ReactNode {
  const { t } = useTranslation();
  return (
    <Card title={t("flows.rules.title")}>
      <Fields>
        <Field label={t("flows.rules.holdout")} note={t("flows.rules.holdoutNote")}>
          {(id, note) => (
            <InputNumber
              id={id}
              aria-describedby={note}
              min={0}
              max={50}
              suffix="%"
              value={graph.holdout_percent}
              onChange={(percent) => onChange({ holdout_percent: percent ?? 0 }, "holdout")}
            />
          )}
        </Field>
        <Field label={t("flows.rules.reentry")}>
          {(id) => (
            <Select
              id={id}
              value={graph.reentry.allow}
              onChange={(allow) => onChange({ reentry: { ...graph.reentry, allow } })}
              options={(["never", "always", "after_days"] as const).map((each) => ({ value: each, label: t(`flows.rules.${each}`) }))}
            />
          )}
        </Field>
        {graph.reentry.allow === "after_days" ? (
          <Field label={t("flows.rules.days")}>
            {(id) => (
              <InputNumber
                id={id}
                min={1}
                max={3650}
                value={graph.reentry.days}
                onChange={(days) => onChange({ reentry: { ...graph.reentry, days: days ?? 1 } }, "reentry")}
              />
            )}
          </Field>
        ) : null}
        <GoalFields graph={graph} onChange={onChange} />
        <FieldsOf
          fields={[EXIT_EVENTS]}
          config={{ exit_events: graph.exit.events }}
          onChange={(next) => onChange({ exit: { ...graph.exit, events: (next.exit_events as string[] | undefined) ?? [] } })}
        />
        <PeopleEditor
          label={t("flows.rules.exitWho")}
          value={graph.exit.who}
          onChange={(who) => onChange({ exit: { ...graph.exit, who: who as Graph["exit"]["who"] } })}
        />
      </Fields>
    </Card>
  );
}

function GoalFields({ graph, onChange }: Pick<SettingsPanelProps, "graph" | "onChange">): ReactNode {
  const { t } = useTranslation();
  const goal = graph.goal;
  return (
    <>
      <Field label={t("flows.rules.goal")} note={t("flows.rules.goalNote")} wide>
        {(id, note) => (
          <EventSelect
            id={id}
            aria-describedby={note}
            value={goal?.events[0] ?? ""}
            onChange={(event) => onChange({ goal: event ? { where: null, days: 14, leave: true, ...goal, events: [event] } : null })}
          />
        )}
      </Field>
      {goal ? (
        <>
          <Field label={t("flows.rules.goalDays")}>
            {(id) => (
              <InputNumber
                id={id}
                min={1}
                max={365}
                value={goal.days}
                onChange={(days) => onChange({ goal: { ...goal, days: days ?? 1 } }, "goal")}
              />
            )}
          </Field>
          <Field label={t("flows.rules.goalLeave")}>
            {(id) => (
              <Switch
                id={id}
                aria-label={t("flows.rules.goalLeave")}
                checked={goal.leave}
                onChange={(leave) => onChange({ goal: { ...goal, leave } })}
              />
            )}
          </Field>
          <FilterEditor
            label={t("flows.rules.goalWhere")}
            value={goal.where}
            events={goal.events}
            onChange={(where) => onChange({ goal: { ...goal, where: where as typeof goal.where } })}
          />
        </>
      ) : null}
    </>
  );
}

const PLAIN = { low: null, high: null, choices: [], inner: [], least: 0 } as const;
const EXIT_EVENTS: ConfigField = { ...PLAIN, name: "exit_events", kind: "events", fallback: [] };
const FIELDS: Readonly<Record<Entry["type"], readonly ConfigField[]>> = {
  event: [
    { ...PLAIN, name: "event", kind: "text", fallback: "" },
    { ...PLAIN, name: "where", kind: "filter", fallback: null },
    { ...PLAIN, name: "key", kind: "text", fallback: "" },
  ],
  segment: [
    { ...PLAIN, name: "on", kind: "choice", choices: ["entered", "left"], fallback: "entered" },
    { ...PLAIN, name: "members", kind: "flag", fallback: false },
  ],
  schedule: [
    { ...PLAIN, name: "at", kind: "text", fallback: "10:00" },
    { ...PLAIN, name: "weekdays", kind: "weekdays", fallback: [] },
    { ...PLAIN, name: "day", kind: "number", low: 0, high: 28, fallback: 0 },
    { ...PLAIN, name: "once_on", kind: "text", fallback: "" },
  ],
  date: [
    { ...PLAIN, name: "trait", kind: "text", fallback: "birthday" },
    { ...PLAIN, name: "days_before", kind: "number", low: -365, high: 365, fallback: 0 },
    { ...PLAIN, name: "at", kind: "text", fallback: "09:00" },
    { ...PLAIN, name: "yearly", kind: "flag", fallback: true },
  ],
  api: [],
  scene: [],
};

function EntryFields({ entry, onChange }: { entry: Entry; onChange: (entry: Entry) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery({ ...segmentsQuery(slug), enabled: entry.type === "segment" });
  const scenes = useQuery({ ...scenesQuery(slug), enabled: entry.type === "scene" });
  return (
    <>
      {entry.type === "segment" ? (
        <Fields>
          <Field label={t("flows.entry.segment")} wide>
            {(id) => (
              <Select<string>
                id={id}
                showSearch
                value={entry.segment || null}
                onChange={(segment: string) => onChange({ ...entry, segment })}
                options={(data?.items ?? []).map((each) => ({ value: each.key, label: each.name }))}
              />
            )}
          </Field>
        </Fields>
      ) : null}
      {entry.type === "scene" ? (
        <Fields>
          <Field label={t("flows.entry.scene")} wide>
            {(id) => (
              <Select<string>
                id={id}
                showSearch
                value={entry.scene || null}
                onChange={(scene: string) => onChange({ ...entry, scene })}
                options={(scenes.data?.items ?? []).map((each) => ({ value: each.key, label: each.name }))}
              />
            )}
          </Field>
        </Fields>
      ) : null}
      <FieldsOf fields={FIELDS[entry.type]} config={entry} onChange={(next) => onChange({ ...entry, ...next })} />
    </>
  );
}

/** The name and what it is for. */
export function NamesCard({
  name,
  description,
  onChange,
}: {
  name: string;
  description: string;
  onChange: (name: string, description: string) => void;
}): ReactNode {
  const { t } = useTranslation();
  return (
    <Card>
      <Fields>
        <Field label={t("flows.name")} wide>
          {(id) => <Input id={id} value={name} maxLength={200} onChange={(event) => onChange(event.target.value, description)} />}
        </Field>
        <Field label={t("flows.description")} wide>
          {(id) => (
            <Input.TextArea
              id={id}
              autoSize={{ minRows: 1, maxRows: 4 }}
              value={description}
              maxLength={5000}
              onChange={(event) => onChange(name, event.target.value)}
            />
          )}
        </Field>
      </Fields>
    </Card>
  );
}
