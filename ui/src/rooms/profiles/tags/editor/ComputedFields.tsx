// What is counted of what somebody did? A measure, the events, which of their properties, and when.
import { Select } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";

import { useWorkspace } from "@/shell/workspace";
import { troublesIn, useBuildingOf } from "@/rooms/segments/builder/ConditionField";
import { BuilderContext, type Trouble } from "@/rooms/segments/builder/context";
import { EventsField } from "@/rooms/segments/builder/EventsField";
import { NameField } from "@/rooms/segments/builder/NameField";
import { NumberField } from "@/rooms/segments/builder/NumberField";
import { Row } from "@/rooms/segments/builder/Row";
import { WindowField } from "@/rooms/segments/builder/WindowField";
import { REVENUE } from "@/rooms/segments/condition";
import { COLUMNS, usePropertyNames } from "@/rooms/segments/names";
import { rolesQuery } from "../queries";
import { useSpoken } from "../words";
import { canBeLive, MEASURES, propertyOf, typesOf, type Computed, type Draft, type TagMeasure, type Which } from "./draft";
import styles from "./Editor.module.css";
import { retyped } from "./ValueFields";

interface ComputedFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly troubles: readonly Trouble[];
  readonly wrongProperty: boolean;
  readonly insists: boolean;
}

export function ComputedFields({ draft, onChange, troubles, wrongProperty, insists }: ComputedFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { computed } = draft;
  const set = (next: Partial<Computed>): void => onChange({ ...draft, computed: { ...computed, ...next } });
  const { measure } = computed;
  const measured = (next: TagMeasure): void => {
    const types = typesOf(next);
    const fitting = { ...draft, computed: { ...computed, measure: next } };
    const typed = types.includes(draft.valueType) ? fitting : retyped(fitting, types[0]);
    onChange(canBeLive({ ...typed, whole: false }) ? typed : { ...typed, refresh: "nightly" });
  };
  return (
    <div className={styles.computed}>
      <Row name={t("builder.measure")}>
        <Select<TagMeasure>
          value={measure}
          onChange={measured}
          aria-label={t("builder.measure")}
          popupMatchSelectWidth={false}
          options={MEASURES.map((value) => ({ value, label: t(`tagEditor.measures.${value}`) }))}
        />
        {propertyOf(measure) === "none" ? null : (
          <PropertyField computed={computed} onChange={(property) => set({ property })} wrong={wrongProperty} />
        )}
        {measure === "unique_list" ? (
          <NumberField
            label={t("tagEditor.limit")}
            value={computed.limit}
            onChange={(limit) => set({ limit: limit ?? 20 })}
            whole
            min={1}
            max={1000}
          />
        ) : null}
      </Row>
      <WhichFields which={computed} onChange={set} name={t("builder.events")} path="config" troubles={troubles} insists={insists} />
      {measure === "share" ? (
        <WhichFields
          which={computed.among}
          onChange={(among) => set({ among: { ...computed.among, ...among } })}
          name={t("tagEditor.among")}
          path="config.among"
          troubles={troubles}
          insists={insists}
        />
      ) : null}
      {measure === "trend" ? <TrendFields computed={computed} onChange={set} /> : null}
      {measure === "trend" ? null : (
        <Row name={t("builder.when")}>
          <WindowField
            value={computed.within}
            onChange={(within) => set({ within })}
            wrong={troubles.some((each) => each.path.startsWith("config.within"))}
          />
        </Row>
      )}
    </div>
  );
}

function TrendFields({ computed, onChange }: { computed: Computed; onChange: (next: Partial<Computed>) => void }): ReactNode {
  const { t } = useTranslation();
  const { style, days, periods } = computed;
  return (
    <Row name={t("tagEditor.trend")}>
      <Select<Computed["style"]>
        value={style}
        onChange={(next) => onChange({ style: next })}
        aria-label={t("tagEditor.trend")}
        popupMatchSelectWidth={false}
        options={[
          { value: "change", label: t("tagEditor.change") },
          { value: "slope", label: t("tagEditor.slope") },
        ]}
      />
      <NumberField
        label={t("tagEditor.days")}
        value={days}
        onChange={(next) => onChange({ days: next ?? 30 })}
        whole
        min={1}
        max={400}
        suffix={t("tagEditor.daysUnit")}
        width={112}
      />
      {style === "slope" ? (
        <NumberField
          label={t("tagEditor.periods")}
          value={periods}
          onChange={(next) => onChange({ periods: next ?? 6 })}
          whole
          min={2}
          max={60}
          suffix={t("tagEditor.periodsUnit")}
          width={128}
        />
      ) : null}
    </Row>
  );
}

function PropertyField({
  computed,
  onChange,
  wrong,
}: {
  computed: Computed;
  onChange: (property: string) => void;
  wrong: boolean;
}): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const names = usePropertyNames(computed.doing.events);
  const options = useMemo(
    () => [
      { value: REVENUE, label: t("builder.revenue"), note: currency },
      ...names.map(({ name }) => ({ value: name })),
      ...COLUMNS.filter(({ type }) => type === "text").map(({ name }) => ({ value: `$${name}`, note: t("tagEditor.column") })),
    ],
    [names, currency, t],
  );
  return <NameField label={t("builder.property")} value={computed.property} onChange={onChange} options={options} wrong={wrong} />;
}

interface WhichFieldsProps {
  readonly which: Which;
  readonly onChange: (which: Partial<Which>) => void;
  readonly name: string;
  readonly path: string;
  readonly troubles: readonly Trouble[];
  readonly insists: boolean;
}

/** Events by their names, or by the roles that they play. */
function WhichFields({ which, onChange, name, path, troubles, insists }: WhichFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const spoken = useSpoken();
  const roles = useQuery(rolesQuery(slug));
  // The filter is a tree of its own, so what is wrong is told from its root on.
  const inside = useMemo(() => troublesIn(troubles, `${path}.where`), [troubles, path]);
  const building = useBuildingOf(which.doing.where, inside, insists);
  return (
    <BuilderContext value={building}>
      <EventsField
        name={name}
        doing={which.doing}
        onChange={(doing) => onChange({ doing })}
        body=""
        wrong={troubles.some((each) => each.path.startsWith(`${path}.events`))}
      >
        <Select<string[]>
          mode="multiple"
          value={[...which.roles]}
          onChange={(next) => onChange({ roles: next })}
          options={(roles.data?.items ?? [])
            .filter((role) => role.plays === "events")
            .map((role) => ({ value: role.role, label: spoken(role.label, role.role) }))}
          placeholder={t("tagEditor.orRoles")}
          aria-label={t("tagEditor.rolesOf", { what: name })}
          showSearch={{ optionFilterProp: "label" }}
          style={{ minWidth: 160 }}
          popupMatchSelectWidth={false}
        />
      </EventsField>
    </BuilderContext>
  );
}
