// Who are they? Their traits and tags, when they were first and last here, and where they belong.
import { Input, Select, Switch, Tooltip } from "antd";
import { useContext, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { usePath, useWorkspace } from "@/shell/workspace";
import {
  blank,
  FACTS,
  groupOf,
  join,
  lastDays,
  leafOf,
  type Fact,
  type InSegment,
  type Listed,
  type Named,
  type PersonFact,
  type Related,
  type Sample,
  type Top,
} from "../condition";
import { listsQuery } from "../lists/queries";
import { minorPerUnit } from "@/parts/money";
import { COLUMNS, usePropertyNames, useTagNames, useTraitNames, type FieldName } from "../names";
import { segmentsQuery } from "../queries";
import { fitted, isTimed, MEASURE_CHOICES } from "../tests";
import styles from "./Builder.module.css";
import type { EditorProps } from "./context";
import { EventsContext } from "./eventsContext";
import { GroupEditor } from "./GroupEditor";
import { KnownField, NameField } from "./NameField";
import { NumberField } from "./NumberField";
import { Row } from "./Row";
import { TestFields } from "./TestFields";
import { WindowField, ZoneSelect } from "./WindowField";

interface NamedFieldsProps extends EditorProps<Named> {
  readonly label: string;
  readonly names: readonly FieldName[];
  readonly field?: typeof NameField;
  /** Whether a test on time may go by each person's own clock. */
  readonly clock?: boolean;
}

function NamedFields({ condition, onChange, wrong, label, names, field: Field = NameField, clock = false }: NamedFieldsProps): ReactNode {
  const { currency } = useWorkspace();
  const known = names.find((each) => each.name === condition.name);
  return (
    <>
      <Field
        label={label}
        value={condition.name}
        onChange={(name) => {
          const type = names.find((each) => each.name === name)?.type;
          onChange({ ...condition, name, test: type ? fitted(condition.test, type) : condition.test });
        }}
        options={names.map((each) => ({ value: each.name, label: each.label ?? each.name }))}
        wrong={wrong("name")}
      />
      <TestFields
        test={condition.test}
        onChange={(test) => onChange({ ...condition, test })}
        type={known?.type ?? "any"}
        allowed={known?.allowed ?? []}
        wrong={wrong("value")}
        {...(known?.labels ? { labels: known.labels } : {})}
        {...(known?.money ? { scale: minorPerUnit(currency), suffix: currency } : {})}
      />
      {clock && isTimed(condition.test) ? (
        <ZoneSelect value={condition.zone} onChange={(zone) => onChange({ ...condition, zone })} />
      ) : null}
    </>
  );
}

export function TraitEditor(props: EditorProps<Named>): ReactNode {
  const { t } = useTranslation();
  return (
    <Row>
      <NamedFields {...props} label={t("builder.trait")} names={useTraitNames()} clock />
    </Row>
  );
}

export function PropertyEditor(props: EditorProps<Named>): ReactNode {
  const { t } = useTranslation();
  return <NamedFields {...props} label={t("builder.property")} names={usePropertyNames(useContext(EventsContext))} />;
}

type ColumnName = "revenue_minor";

export function ColumnEditor({ condition, onChange, wrong }: EditorProps<Named>): ReactNode {
  const { t } = useTranslation();
  const type = COLUMNS.find((each) => each.name === condition.name)?.type ?? "text";
  return (
    <>
      <Select<string>
        className={styles.name ?? ""}
        value={condition.name || null}
        placeholder={t("builder.column")}
        aria-label={t("builder.column")}
        showSearch={{ optionFilterProp: "label" }}
        onChange={(name) => {
          const next = COLUMNS.find((each) => each.name === name)?.type ?? "text";
          onChange({ ...condition, name, test: fitted(condition.test, next) });
        }}
        options={COLUMNS.map((each) => ({ value: each.name, label: t(`builder.columns.${each.name as ColumnName}`) }))}
        {...(wrong("name") ? { status: "error" as const } : {})}
      />
      <TestFields test={condition.test} onChange={(test) => onChange({ ...condition, test })} type={type} wrong={wrong("value")} />
    </>
  );
}

export function TagEditor(props: EditorProps<Named>): ReactNode {
  const { t } = useTranslation();
  return (
    <Row>
      <NamedFields {...props} label={t("builder.tag")} names={useTagNames()} field={KnownField} clock />
    </Row>
  );
}

export function TopEditor({ condition, onChange, wrong }: EditorProps<Top>): ReactNode {
  const { t } = useTranslation();
  const names = useTagNames().filter((each) => each.type === "number");
  return (
    <Row>
      <Select<"highest" | "lowest">
        value={condition.lowest ? "lowest" : "highest"}
        onChange={(end) => onChange({ ...condition, lowest: end === "lowest" })}
        aria-label={`${t("builder.highest")} / ${t("builder.lowest")}`}
        options={[
          { value: "highest", label: t("builder.highest") },
          { value: "lowest", label: t("builder.lowest") },
        ]}
      />
      <Percent value={condition.percent} onChange={(percent) => onChange({ ...condition, percent })} wrong={wrong("percent")} />
      <span className="soft">{t("builder.byTag")}</span>
      <KnownField
        label={t("builder.tag")}
        value={condition.tag}
        onChange={(tag) => onChange({ ...condition, tag })}
        options={names.map((each) => ({ value: each.name, label: each.label ?? each.name }))}
        wrong={wrong("tag")}
      />
    </Row>
  );
}

function Percent({
  value,
  onChange,
  wrong,
}: {
  value: number | null;
  onChange: (value: number | null) => void;
  wrong: boolean;
}): ReactNode {
  const { t } = useTranslation();
  return (
    <NumberField label={t("builder.percent")} value={value} onChange={onChange} min={0} max={100} width={92} suffix="%" wrong={wrong} />
  );
}

function ofFact(name: Fact): PersonFact {
  if (name === "identified") return { kind: "person", name, test: { op: "equals", value: true, ignoreCase: false } };
  if (name === "first_seen" || name === "last_seen") return { kind: "person", name, test: lastDays(30) };
  return { kind: "person", name, test: { op: "gte", value: 1, ignoreCase: false } };
}

export function PersonEditor({ condition, onChange, wrong }: EditorProps<PersonFact>): ReactNode {
  const { t } = useTranslation();
  const { name, test } = condition;
  const set = (next: PersonFact["test"]): void => onChange({ ...condition, test: next });
  return (
    <Row>
      <Select<Fact>
        value={name}
        onChange={(next) => onChange(ofFact(next))}
        aria-label={t("builder.fact")}
        popupMatchSelectWidth={false}
        options={FACTS.map((each) => ({ value: each, label: t(`builder.facts.${each}`) }))}
      />
      {name === "identified" ? (
        <Switch
          checked={test.value === true}
          onChange={(value) => set({ ...test, value })}
          checkedChildren={t("builder.yes")}
          unCheckedChildren={t("builder.no")}
          aria-label={t("builder.facts.identified")}
        />
      ) : name === "first_seen" || name === "last_seen" ? (
        <>
          <WindowField value={test} onChange={(next) => set(next ?? test)} open={false} wrong={wrong("value")} />
          <ZoneSelect value={condition.zone} onChange={(zone) => onChange({ ...condition, zone })} />
        </>
      ) : (
        <TestFields test={test} onChange={set} type="number" choices={MEASURE_CHOICES} wrong={wrong("value")} />
      )}
    </Row>
  );
}

export function SegmentEditor({ condition, onChange, wrong }: EditorProps<InSegment>): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { key: own } = useParams();
  const query = useQuery(segmentsQuery(slug));
  const items = (query.data?.items ?? []).filter((one) => one.key !== own);
  const known = items.some((one) => one.key === condition.key) || condition.key === "";
  return (
    <Row>
      <Select<string>
        className={styles.events ?? ""}
        value={condition.key || null}
        onChange={(key) => onChange({ ...condition, key })}
        placeholder={t("builder.segment")}
        aria-label={t("builder.segment")}
        loading={query.isPending}
        showSearch={{ optionFilterProp: "label" }}
        options={[
          ...items.map((one) => ({ value: one.key, label: one.name })),
          ...(known ? [] : [{ value: condition.key, label: condition.key }]),
        ]}
        {...(wrong("key") ? { status: "error" as const } : {})}
      />
    </Row>
  );
}

export function ListEditor({ condition, onChange, wrong }: EditorProps<Listed>): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { tag } = useLanguage();
  const path = usePath();
  const query = useQuery(listsQuery(slug));
  const items = query.data?.items ?? [];
  const options = items.map((one) => ({ value: one.list_id, label: `${one.name} (${formatNumber(one.people, tag)})` }));
  const own = condition.listId;
  const known = own === null || options.some((each) => each.value === own);
  return (
    <Row>
      <Select<number>
        className={styles.events ?? ""}
        value={own}
        onChange={(listId) => onChange({ ...condition, listId })}
        placeholder={t("builder.list")}
        aria-label={t("builder.list")}
        loading={query.isPending}
        showSearch={{ optionFilterProp: "label" }}
        options={known ? options : [...options, { value: own, label: `#${own}` }]}
        notFoundContent={<Link to={path("lists")}>{t("builder.noLists")}</Link>}
        {...(wrong("id") ? { status: "error" as const } : {})}
      />
    </Row>
  );
}

export function SampleEditor({ condition, onChange, wrong }: EditorProps<Sample>): ReactNode {
  const { t } = useTranslation();
  return (
    <Row>
      <Percent value={condition.percent} onChange={(percent) => onChange({ ...condition, percent })} wrong={wrong("percent")} />
      <span className="soft">{t("builder.ofPeople")}</span>
      <Tooltip title={t("builder.saltNote")}>
        <Input
          className={styles.name ?? ""}
          value={condition.salt}
          onChange={(event) => onChange({ ...condition, salt: event.target.value })}
          placeholder={t("builder.salt")}
          aria-label={t("builder.salt")}
          maxLength={100}
          status={wrong("salt") ? "error" : ""}
        />
      </Tooltip>
    </Row>
  );
}

export function RelatedEditor({ condition, onChange, body, wrong }: EditorProps<Related>): ReactNode {
  const { t } = useTranslation();
  const { relation, atLeast, who } = condition;
  return (
    <>
      <Row>
        <Select<Related["relation"]>
          value={relation}
          onChange={(next) => onChange({ ...condition, relation: next })}
          aria-label={t("builder.relation")}
          popupMatchSelectWidth={false}
          options={[
            { value: "invited", label: t("builder.relations.invited") },
            { value: "invited_by", label: t("builder.relations.invited_by") },
          ]}
        />
        <span className="soft">{t("builder.atLeastPeople")}</span>
        <NumberField
          label={t("builder.atLeastPeople")}
          value={atLeast}
          onChange={(next) => onChange({ ...condition, atLeast: next })}
          whole
          min={1}
          width={72}
          wrong={wrong("at_least")}
        />
        <span className="soft">{t("builder.people")}</span>
        {who ? null : (
          <button
            type="button"
            className={styles.textButton}
            onClick={() => onChange({ ...condition, who: groupOf([leafOf(blank("did"))]) })}
          >
            {t("builder.addWho")}
          </button>
        )}
      </Row>
      {who ? (
        <Row name={t("builder.who")}>
          <GroupEditor
            group={who}
            outer={join(body, "who")}
            grammar="people"
            onChange={(next) => onChange({ ...condition, who: next.parts.length === 0 ? null : next })}
          />
        </Row>
      ) : null}
    </>
  );
}
