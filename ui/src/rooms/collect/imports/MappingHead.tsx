// What kind of event does a row make, and what is the same for all of them?
import { Checkbox, Form, Input, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useCurrencies, useZones } from "@/rooms/access/choices";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Imports.module.css";
import { setGroup, setType, TYPES, type Mapping } from "./mapping";

interface MappingHeadProps {
  readonly columns: readonly string[];
  readonly mapping: Mapping;
  readonly onChange: (mapping: Mapping) => void;
}

const TIME_FORMATS = ["auto", "epoch_s", "epoch_ms", "epoch_us", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M"];

export function MappingHead({ columns, mapping, onChange }: MappingHeadProps): ReactNode {
  const { t } = useTranslation();
  const columnOptions = columns.map((value) => ({ value, label: value }));
  return (
    <Form layout="vertical" component="div" className={styles.head ?? ""}>
      <Form.Item label={t("imports.mapping.type")} extra={t(`imports.typeNotes.${mapping.type}`)}>
        <Select
          value={mapping.type}
          aria-label={t("imports.mapping.type")}
          options={TYPES.map((value) => ({ value, label: t(`receipts.types.${value}`) }))}
          onChange={(type) => onChange(setType(mapping, type))}
        />
      </Form.Item>
      {mapping.type === "track" ? <EventName mapping={mapping} onChange={onChange} /> : null}
      <TimeParts mapping={mapping} onChange={onChange} />
      {mapping.revenue ? <Currency mapping={mapping} onChange={onChange} /> : null}
      <Form.Item label={t("imports.mapping.group")} extra={t("imports.mapping.groupNote")}>
        <Select
          mode="multiple"
          allowClear
          maxCount={5}
          value={[...(mapping.group?.key ?? [])]}
          aria-label={t("imports.mapping.group")}
          placeholder={t("imports.mapping.noGroup")}
          options={columnOptions}
          onChange={(key) => onChange(setGroup(mapping, key))}
        />
      </Form.Item>
      <Form.Item label={t("imports.mapping.repeat")} extra={t("imports.mapping.repeatNote")}>
        <Select
          mode="multiple"
          allowClear
          maxCount={10}
          value={[...mapping.message_id.columns]}
          aria-label={t("imports.mapping.repeat")}
          placeholder={t("imports.mapping.byPlace")}
          options={columnOptions}
          onChange={(chosen) => onChange({ ...mapping, message_id: { columns: chosen, as_is: false } })}
        />
      </Form.Item>
      <Options mapping={mapping} onChange={onChange} />
    </Form>
  );
}

type PartProps = Omit<MappingHeadProps, "columns">;

function EventName({ mapping, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const column = mapping.event?.column ?? null;
  return (
    <Form.Item label={t("imports.mapping.event")} extra={column ? t("imports.mapping.eventFrom", { column }) : undefined}>
      <Input
        value={mapping.event?.constant ?? ""}
        maxLength={200}
        aria-label={t("imports.mapping.event")}
        onChange={(change) => onChange({ ...mapping, event: { column, constant: change.target.value } })}
      />
    </Form.Item>
  );
}

function TimeParts({ mapping, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const workspace = useWorkspace();
  const zones = useZones();
  const { time } = mapping;
  if (time.column === null) {
    return (
      <Form.Item label={t("imports.mapping.time")} extra={t("imports.mapping.noTime")}>
        <Input disabled value={time.constant === "now" ? t("imports.mapping.now") : time.constant} aria-label={t("imports.mapping.time")} />
      </Form.Item>
    );
  }
  const formats = [...new Set([time.format, ...TIME_FORMATS])].map((value) => ({
    value,
    label:
      value === "auto" || value === "epoch_s" || value === "epoch_ms" || value === "epoch_us" ? t(`imports.timeFormats.${value}`) : value,
  }));
  return (
    <>
      <Form.Item label={t("imports.mapping.timeFormat")}>
        <Select
          value={time.format}
          aria-label={t("imports.mapping.timeFormat")}
          options={formats}
          onChange={(format) => onChange({ ...mapping, time: { ...time, format } })}
        />
      </Form.Item>
      <Form.Item label={t("imports.mapping.zone")} extra={t("imports.mapping.zoneNote")}>
        <Select
          showSearch={{ optionFilterProp: "label" }}
          allowClear
          value={time.zone}
          aria-label={t("imports.mapping.zone")}
          placeholder={workspace.zone}
          options={zones}
          onChange={(zone?: string) => onChange({ ...mapping, time: { ...time, zone: zone ?? null } })}
        />
      </Form.Item>
    </>
  );
}

function Currency({ mapping, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const workspace = useWorkspace();
  const currencies = useCurrencies();
  const { column = null, constant = "" } = mapping.currency ?? {};
  return (
    <Form.Item label={t("imports.mapping.currency")} extra={column ? t("imports.mapping.currencyFrom", { column }) : undefined}>
      <Select
        showSearch={{ optionFilterProp: "label" }}
        allowClear
        value={constant === "" ? null : constant}
        aria-label={t("imports.mapping.currency")}
        placeholder={workspace.currency}
        options={currencies}
        onChange={(chosen?: string) => onChange({ ...mapping, currency: chosen || column ? { column, constant: chosen ?? "" } : null })}
      />
    </Form.Item>
  );
}

function Options({ mapping, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={styles.options}>
      <Checkbox
        disabled={mapping.group !== null}
        checked={mapping.rest}
        onChange={(change) => onChange({ ...mapping, rest: change.target.checked })}
      >
        {t("imports.mapping.rest")}
      </Checkbox>
      <Checkbox checked={mapping.decimal_comma} onChange={(change) => onChange({ ...mapping, decimal_comma: change.target.checked })}>
        {t("imports.mapping.decimalComma")}
      </Checkbox>
      <Checkbox
        checked={mapping.bad_values === "leave_out"}
        onChange={(change) => onChange({ ...mapping, bad_values: change.target.checked ? "leave_out" : "skip_row" })}
      >
        {t("imports.mapping.leaveOut")}
      </Checkbox>
    </div>
  );
}
