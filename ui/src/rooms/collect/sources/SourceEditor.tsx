// Where is the database, what is read, and what do its columns mean?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Checkbox, Drawer, Form, Input, InputNumber, Select, type FormInstance } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { useWorkspace } from "@/shell/workspace";
import { mappingsQuery } from "../imports/queries";
import { ConnectionFields } from "./ConnectionFields";
import { NewMapping } from "./NewMapping";
import { kindsQuery, useSaveSource, type Source, type SourceBody } from "./queries";
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

function bodyOf(fields: Fields): SourceBody {
  const { name, kind, connection, mapping_id, every_minutes, enabled, what, table, query, cursor, key, overlap } = fields;
  const given = Object.fromEntries(Object.entries(connection).filter(([, value]) => value !== "" && value !== undefined && value !== null));
  const read = what === "table" ? { table: table ?? "" } : { query: query ?? "" };
  return { name, kind, connection: given, mapping_id, every_minutes, enabled, reading: { ...read, cursor, key, overlap } };
}

export function SourceEditor({ source, onClose }: { source: Source | null; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<Fields>();
  const [trial, setTrial] = useState<SourceBody | null>(null);
  const save = useSaveSource(source?.source_id ?? null);
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
      <Form<Fields> form={form} layout="vertical" requiredMark={false} initialValues={fieldsOf(source)} onFinish={finish}>
        <Refusal error={save.error} />
        <Place source={source} />
        <Reading />
        <Meaning form={form} />
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

function Reading(): ReactNode {
  const { t } = useTranslation();
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
        <Form.Item name="cursor" label={t("sources.cursorColumn")} extra={t("sources.cursorNote")} rules={needed}>
          <Input className="mono" spellCheck={false} />
        </Form.Item>
        <Form.Item name="key" label={t("sources.key")} extra={t("sources.keyNote")}>
          <Select mode="tags" open={false} tokenSeparators={[","]} />
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

function Meaning({ form }: { form: FormInstance<Fields> }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(mappingsQuery(slug));
  const [making, setMaking] = useState(false);
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
      <Button size="small" onClick={() => setMaking(true)}>
        {t("sources.newMapping")}
      </Button>
      {making ? (
        <NewMapping
          onClose={(id) => {
            setMaking(false);
            if (id) form.setFieldsValue({ mapping_id: id });
          }}
        />
      ) : null}
    </>
  );
}
