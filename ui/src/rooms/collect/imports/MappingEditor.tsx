// Which column is what? One row a column, with its examples; the few things that no column tells stand above.
import { Input, Select, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Card, Stack } from "@/parts/Page";
import styles from "./Imports.module.css";
import { AGGREGATES, FIELD_TYPES, fieldOf, roleOf, rolesFor, setField, setRole, type FieldMap, type Mapping, type Role } from "./mapping";
import { MappingHead } from "./MappingHead";

type Column = Schemas["ColumnBody"];

interface MappingEditorProps {
  readonly columns: readonly Column[];
  readonly mapping: Mapping;
  readonly onChange: (mapping: Mapping) => void;
  readonly actions?: ReactNode;
}

export function MappingEditor({ columns, mapping, onChange, actions }: MappingEditorProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack>
      <Card title={t("imports.mapping.what")} actions={actions}>
        <MappingHead columns={columns.map((column) => column.name)} mapping={mapping} onChange={onChange} />
      </Card>
      <Card title={t("imports.mapping.columns")} note={t("imports.mapping.columnsNote")} flush>
        <ColumnTable columns={columns} mapping={mapping} onChange={onChange} />
      </Card>
    </Stack>
  );
}

function ColumnTable({ columns, mapping, onChange }: Omit<MappingEditorProps, "actions">): ReactNode {
  const { t } = useTranslation();
  const roles = rolesFor(mapping);
  const table: TableColumnsType<Column> = [
    {
      title: t("imports.column"),
      key: "name",
      width: "34%",
      render: (_, column) => (
        <div className={styles.column}>
          <code>{column.name}</code>
          <span>{column.examples.slice(0, 3).join(", ") || t("imports.noExamples")}</span>
        </div>
      ),
    },
    {
      title: t("imports.mapping.role"),
      key: "role",
      width: 180,
      render: (_, column) => {
        const role = roleOf(mapping, column.name);
        const options = (roles.includes(role) ? roles : [...roles, role]).map((value) => ({ value, label: t(`imports.roles.${value}`) }));
        return (
          <Select<Role>
            className={styles.full ?? ""}
            value={role}
            options={options}
            aria-label={t("imports.mapping.roleOf", { column: column.name })}
            onChange={(next) => onChange(setRole(mapping, column.name, next, column.type))}
          />
        );
      },
    },
    {
      title: t("imports.mapping.as"),
      key: "field",
      render: (_, column) => <FieldCell column={column.name} mapping={mapping} onChange={onChange} />,
    },
  ];
  return <Table<Column> rowKey="name" size="middle" columns={table} dataSource={[...columns]} pagination={false} scroll={{ x: 640 }} />;
}

function FieldCell({ column, mapping, onChange }: { column: string; mapping: Mapping; onChange: (mapping: Mapping) => void }): ReactNode {
  const { t } = useTranslation();
  const field = fieldOf(mapping, column);
  const role = roleOf(mapping, column);
  if (role === "revenue" && mapping.revenue) {
    const { revenue } = mapping;
    return (
      <Select
        value={revenue.unit}
        aria-label={t("imports.mapping.unit")}
        options={(["major", "minor"] as const).map((value) => ({ value, label: t(`imports.units.${value}`) }))}
        onChange={(unit) => onChange({ ...mapping, revenue: { ...revenue, unit } })}
      />
    );
  }
  if (!field || roleOf(mapping, column) === "none") return null;
  const set = (change: Partial<FieldMap>): void => onChange(setField(mapping, column, change));
  return (
    <div className={styles.field}>
      <Input
        className="mono"
        value={field.name}
        maxLength={200}
        aria-label={t("imports.mapping.nameOf", { column })}
        onChange={(change) => set({ name: change.target.value })}
      />
      <Select
        value={field.type}
        aria-label={t("plan.type")}
        options={FIELD_TYPES.map((value) => ({ value, label: t(`imports.types.${value}`) }))}
        onChange={(type) => set({ type })}
      />
      {mapping.group && role !== "item" ? (
        <Select
          value={field.aggregate}
          aria-label={t("imports.mapping.aggregate")}
          options={AGGREGATES.map((value) => ({ value, label: t(`imports.aggregates.${value}`) }))}
          onChange={(aggregate) => set({ aggregate })}
        />
      ) : null}
    </div>
  );
}
