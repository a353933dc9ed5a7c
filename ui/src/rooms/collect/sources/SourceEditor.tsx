// Where is the database, what is read, and what do its columns mean?
import { useQuery } from "@tanstack/react-query";
import { App, AutoComplete, Button, Checkbox, Drawer, Form, Input, InputNumber, Select, type FormInstance } from "antd";
import { TableProperties } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { useWorkspace } from "@/shell/workspace";
import { mappingsQuery } from "../imports/queries";
import { ConnectionFields } from "./ConnectionFields";
import { NewMapping } from "./NewMapping";
import { kindsQuery, useLook, useSaveSource, type Source, type SourceBody } from "./queries";
import styles from "./Sources.module.css";
import { TrialDialog } from "./TrialDialog";

interface Fields {
  readonly name: string;
  readonly kind: string;
  readonly connection: Record<string, unknown>;
  readonly what: "table" | "query";
  readonly table?: string;
  readonly query?: string;
  readonly cursor: string;
  readonly key: string[];
  readonly overlap: number;
  readonly mapping_id: string;
  readonly every_minutes: number | null;
  readonly enabled: boolean;
}

function fieldsOf(source: Source | null): Partial<Fields> {
  if (!source) return { kind: "postgresql", what: "table", key: [], overlap: 0, every_minutes: 60, enabled: true };
  const { reading } = source;
  return {
    ...source,
    what: reading.query ? "query" : "table",
    table: reading.table ?? "",
    query: reading.query ?? "",
    cursor: reading.cursor,
    key: [...(reading.key ?? [])],
    overlap: reading.overlap ?? 0,
  };
}

function given(connection: Fields["connection"]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(connection).filter(([, value]) => value !== "" && value !== undefined && value !== null));
}

function whatIs({ what, table, query }: Pick<Fields, "what" | "table" | "query">): { table: string } | { query: string } {
  return what === "table" ? { table: table ?? "" } : { query: query ?? "" };
}

function bodyOf(fields: Fields): SourceBody {
  const { name, kind, connection, mapping_id, every_minutes, enabled, cursor, key, overlap } = fields;
  const reading = { ...whatIs(fields), cursor, key, overlap };
  return { name, kind, connection: given(connection), mapping_id, every_minutes, enabled, reading };
}

type Found = Schemas["LookAnswer"];
/** What must be filled in before the database can be asked for columns, and whose change makes them old. */
const PLACE = ["kind", "connection", "what", "table", "query"] as const;

/** The columns as the database tells them, once it was asked. */
function useColumns(form: FormInstance<Fields>, source: Source | null) {
  const [found, setFound] = useState<Found | null>(null);
  const look = useLook();
  const read = (then?: (found: Found) => void): void =>
    void form.validateFields([...PLACE], { recursive: true }).then(
      () => {
        const fields = form.getFieldsValue(); // without what another kind of database had asked for
        const { kind, connection } = fields;
        const body = { kind, connection: given(connection), ...whatIs(fields), ...(source ? { source_id: source.source_id } : {}) };
        look.mutate(body, {
          onSuccess: (answer) => {
            setFound(answer);
            then?.(answer);
          },
        });
      },
      () => undefined,
    );
  const changed = (values: Partial<Fields>): void => {
    if (PLACE.some((name) => name in values)) {
      setFound(null);
      look.reset();
    }
  };
  return { found, read, changed, reading: look.isPending, error: look.error };
}

type Columns = ReturnType<typeof useColumns>;

export function SourceEditor({ source, onClose }: { source: Source | null; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<Fields>();
  const [trial, setTrial] = useState<SourceBody | null>(null);
  const save = useSaveSource(source?.source_id ?? null);
  const columns = useColumns(form, source);
  const finish = (fields: Fields): void =>
    save.mutate(bodyOf(fields), {
      onSuccess: () => {
        void message.success(t("states.saved"));
        onClose();
      },
    });
  const attempt = (): void =>
    void form.validateFields().then(
      (fields) => setTrial(bodyOf(fields)),
      () => undefined,
    );
  return (
    <Drawer
      open
      onClose={onClose}
      size={640}
      title={source ? source.name : t("sources.add")}
      footer={
        <div className={styles.footer}>
          {source ? null : <Button onClick={attempt}>{t("sources.try")}</Button>}
          <Button onClick={onClose}>{t("actions.cancel")}</Button>
          <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
            {t("actions.save")}
          </Button>
        </div>
      }
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={fieldsOf(source)}
        onFinish={finish}
        onValuesChange={columns.changed}
      >
        <Refusal error={save.error} />
        <Place source={source} />
        <Reading columns={columns} />
        <Meaning form={form} columns={columns} />
      </Form>
      {trial ? <TrialDialog what={trial} name={trial.name} onClose={() => setTrial(null)} /> : null}
    </Drawer>
  );
}

function Place({ source }: { source: Source | null }): ReactNode {
  const { t, i18n } = useTranslation();
  const { slug } = useWorkspace();
  const kinds = useQuery(kindsQuery(slug));
  const kind = Form.useWatch<string | undefined>("kind");
  return (
    <Ready query={kinds} rows={3}>
      {(page) => {
        const chosen = page.items.find((each) => each.kind === (kind ?? source?.kind)) ?? page.items[0];
        return (
          <>
            <div className={styles.grid}>
              <Form.Item name="name" label={t("sources.name")} rules={[{ required: true, whitespace: true, message: t("forms.needed") }]}>
                <Input maxLength={200} />
              </Form.Item>
              <Form.Item name="kind" label={t("sources.kind")}>
                <Select
                  disabled={source !== null}
                  options={page.items.map((each) => ({ value: each.kind, label: i18n.language === "zh" ? each.label_zh : each.label_en }))}
                />
              </Form.Item>
            </div>
            {chosen ? <ConnectionFields schema={chosen.config} keepsSecret={source?.has_secret ?? false} /> : null}
          </>
        );
      }}
    </Ready>
  );
}

function Reading({ columns }: { columns: Columns }): ReactNode {
  const { t } = useTranslation();
  const names = (columns.found?.columns ?? []).map(({ name, type }) => ({
    value: name,
    label: `${name} · ${t(`imports.columnTypes.${type}`)}`,
  }));
  const what = Form.useWatch<Fields["what"] | undefined>("what") ?? "table";
  const needed = [{ required: true, message: t("forms.needed") }];
  return (
    <>
      <h3 className={styles.part}>{t("sources.reading")}</h3>
      <div className={styles.grid}>
        <Form.Item name="what" label={t("sources.what")}>
          <Select
            options={[
              { value: "table", label: t("sources.table") },
              { value: "query", label: t("sources.query") },
            ]}
          />
        </Form.Item>
        {what === "table" ? (
          <Form.Item name="table" label={t("sources.table")} rules={needed}>
            <Input className="mono" spellCheck={false} />
          </Form.Item>
        ) : (
          <Form.Item name="query" label={t("sources.query")} rules={needed} className={styles.wide ?? ""}>
            <Input.TextArea className="mono" autoSize={{ minRows: 3, maxRows: 12 }} spellCheck={false} />
          </Form.Item>
        )}
        <div className={styles.wide ?? ""}>
          <Button size="small" icon={<TableProperties size={13} aria-hidden />} loading={columns.reading} onClick={() => columns.read()}>
            {t("sources.look")}
          </Button>{" "}
          <span className="soft" role="status">
            {columns.found ? t("sources.looked", { count: columns.found.columns.length }) : t("sources.lookNote")}
          </span>
          <Refusal error={columns.error} />
        </div>
        <Form.Item name="cursor" label={t("sources.cursorColumn")} extra={t("sources.cursorNote")} rules={needed}>
          <AutoComplete className="mono" options={names} showSearch={{ filterOption: contains }} />
        </Form.Item>
        <Form.Item name="key" label={t("sources.key")} extra={t("sources.keyNote")}>
          <Select mode="tags" options={names} tokenSeparators={[","]} {...(names.length ? {} : { open: false })} />
        </Form.Item>
        <Form.Item name="overlap" label={t("sources.overlap")} extra={t("sources.overlapNote")}>
          <InputNumber min={0} precision={0} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="every_minutes" label={t("sources.everyMinutes")} extra={t("sources.everyNote")}>
          <InputNumber min={1} max={44_640} precision={0} style={{ width: "100%" }} />
        </Form.Item>
      </div>
      <Form.Item name="enabled" valuePropName="checked">
        <Checkbox>{t("sources.enabled")}</Checkbox>
      </Form.Item>
    </>
  );
}

function contains(typed: string, option?: { readonly value: string }): boolean {
  return (option?.value ?? "").toLowerCase().includes(typed.toLowerCase());
}

function Meaning({ form, columns }: { form: FormInstance<Fields>; columns: Columns }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(mappingsQuery(slug));
  const [making, setMaking] = useState<Found | null>(null);
  return (
    <>
      <h3 className={styles.part}>{t("imports.mapping.title")}</h3>
      <Form.Item
        name="mapping_id"
        label={t("sources.mapping")}
        extra={t("sources.mappingNote")}
        rules={[{ required: true, message: t("sources.mappingNeeded") }]}
      >
        <Select options={(data?.items ?? []).map((each) => ({ value: each.mapping_id, label: each.name }))} />
      </Form.Item>
      <Button
        size="small"
        loading={columns.reading}
        onClick={() => (columns.found ? setMaking(columns.found) : columns.read((found) => setMaking(found)))}
      >
        {t("sources.newMapping")}
      </Button>
      {making ? (
        <NewMapping
          found={making}
          onClose={(id) => {
            setMaking(null);
            if (id) form.setFieldsValue({ mapping_id: id });
          }}
        />
      ) : null}
    </>
  );
}
