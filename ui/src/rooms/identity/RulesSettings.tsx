// How does this workspace decide who is who? Limits for each kind of id, junk that names nobody, and which traits are ids.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Checkbox, Form, Input, InputNumber, Select } from "antd";
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { useIdKind } from "@/rooms/profiles/useIdKind";
import { useMay, useWorkspace } from "@/shell/workspace";
import styles from "./Identity.module.css";
import { junkQuery, rulesQuery, usePreviewRules, useSaveRules, type Rules } from "./queries";

interface Limit {
  readonly kind: string;
  readonly limit: number;
}

type Fields = Omit<Rules, "limits"> & { readonly limits: readonly Limit[] };

function fieldsOf(rules: Rules): Fields {
  return { ...rules, limits: Object.entries(rules.limits).map(([kind, limit]) => ({ kind, limit })) };
}

function rulesOf(fields: Fields): Rules {
  return {
    ...fields,
    phone_region: fields.phone_region.trim().toUpperCase(),
    limits: Object.fromEntries(fields.limits.map(({ kind, limit }) => [kind.trim(), limit])),
  };
}

export function Component(): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(rulesQuery(slug));
  return <Ready query={query}>{(rules) => <Editor key={JSON.stringify(rules)} rules={rules} />}</Ready>;
}

function Editor({ rules }: { rules: Rules }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { message, modal } = App.useApp();
  const may = useMay("workspace:write");
  const [form] = Form.useForm<Fields>();
  const preview = usePreviewRules();
  const save = useSaveRules();
  const put = (next: Rules): void => save.mutate(next, { onSuccess: () => void message.success(t("states.saved")) });
  const ask = (fields: Fields): void => {
    const next = rulesOf(fields);
    preview.mutate(next, {
      onSuccess: ({ people }) =>
        void modal.confirm({
          title: t("rules.confirmTitle"),
          content: t("rules.confirmText", { count: people, shown: formatNumber(people, tag) }),
          okText: t("actions.save"),
          onOk: () => put(next),
        }),
    });
  };
  return (
    <Form<Fields> form={form} layout="vertical" requiredMark={false} disabled={!may} initialValues={fieldsOf(rules)} onFinish={ask}>
      <Stack>
        <Refusal error={preview.error ?? save.error} />
        <Card title={t("rules.limits")} note={t("rules.limitsNote")}>
          <Limits may={may} />
        </Card>
        <Card title={t("rules.junk")} note={t("rules.junkNote")}>
          <Junk />
        </Card>
        <Card title={t("rules.traits")} note={t("rules.traitsNote")}>
          <Traits />
        </Card>
        <Card title={t("rules.erased")} note={t("rules.erasedNote")}>
          <Form.Item name="erased_may_return" valuePropName="checked">
            <Checkbox>{t("rules.erasedMayReturn")}</Checkbox>
          </Form.Item>
        </Card>
        {may ? (
          <div>
            <Button type="primary" htmlType="submit" loading={preview.isPending || save.isPending}>
              {t("actions.save")}
            </Button>
          </div>
        ) : (
          <p className="soft">{t("rules.mayNot")}</p>
        )}
      </Stack>
    </Form>
  );
}

const LIMIT = { min: 1, max: 1000, precision: 0, style: { width: 120 } } as const;

function Limits({ may }: { may: boolean }): ReactNode {
  const { t } = useTranslation();
  const needed = [{ required: true, message: t("forms.needed") }];
  return (
    <>
      <Form.List name="limits">
        {(fields, { add, remove }) => (
          <div className={styles.limits}>
            {fields.map((field) => (
              <LimitRow key={field.key} index={field.name} {...(may ? { onRemove: () => remove(field.name) } : {})} />
            ))}
            {may ? (
              <Button type="dashed" icon={<Plus size={14} aria-hidden />} onClick={() => add({ kind: "", limit: 5 })}>
                {t("rules.addLimit")}
              </Button>
            ) : null}
          </div>
        )}
      </Form.List>
      <div className={styles.grid}>
        <Form.Item name="other_limit" label={t("rules.otherLimit")} rules={needed}>
          <InputNumber {...LIMIT} />
        </Form.Item>
        <Form.Item name="aliased_user_ids" label={t("rules.aliased")} extra={t("rules.aliasedNote")} rules={needed}>
          <InputNumber {...LIMIT} />
        </Form.Item>
        <Form.Item name="max_ids" label={t("rules.maxIds")} rules={needed}>
          <InputNumber {...LIMIT} />
        </Form.Item>
        <Form.Item name="max_merges" label={t("rules.maxMerges")} extra={t("rules.maxMergesNote")} rules={needed}>
          <InputNumber {...LIMIT} min={0} />
        </Form.Item>
      </div>
    </>
  );
}

function LimitRow({ index, onRemove }: { index: number; onRemove?: () => void }): ReactNode {
  const { t } = useTranslation();
  const kindWord = useIdKind();
  const limits = Form.useWatch<readonly (Limit | undefined)[] | undefined>("limits") ?? [];
  const kind = limits[index]?.kind ?? "";
  const twice = (_: unknown, value: string): Promise<void> =>
    limits.filter((each) => each?.kind.trim() === value.trim()).length > 1
      ? Promise.reject(new Error(t("rules.kindTwice")))
      : Promise.resolve();
  return (
    <div className={styles.limit}>
      <Form.Item
        name={[index, "kind"]}
        extra={kindWord(kind) === kind ? undefined : kindWord(kind)}
        rules={[{ required: true, whitespace: true, message: t("forms.needed") }, { validator: twice }]}
      >
        <Input className="mono" aria-label={t("rules.kind")} placeholder={t("rules.kind")} maxLength={100} spellCheck={false} />
      </Form.Item>
      <Form.Item name={[index, "limit"]} rules={[{ required: true, message: t("forms.needed") }]}>
        <InputNumber {...LIMIT} aria-label={t("rules.limitOf", { kind: kindWord(kind) })} />
      </Form.Item>
      {onRemove ? (
        <Button type="text" size="small" aria-label={t("actions.remove")} icon={<X size={14} aria-hidden />} onClick={onRemove} />
      ) : null}
    </div>
  );
}

function Junk(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(junkQuery(slug));
  return (
    <>
      <Form.Item name="blocked" label={t("rules.blocked")} extra={t("rules.blockedNote")}>
        <Select mode="tags" open={false} tokenSeparators={[",", "\n"]} maxCount={10_000} />
      </Form.Item>
      {data ? (
        <details>
          <summary>{t("rules.builtin", { count: data.items.length })}</summary>
          <p className={styles.junk} lang="en">
            {data.items.map((text) => (
              <code key={text}>{text}</code>
            ))}
          </p>
        </details>
      ) : null}
    </>
  );
}

function Traits(): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item name="email_is_id" valuePropName="checked" noStyle>
        <Checkbox>{t("rules.emailIsId")}</Checkbox>
      </Form.Item>
      <br />
      <Form.Item name="phone_is_id" valuePropName="checked" noStyle>
        <Checkbox>{t("rules.phoneIsId")}</Checkbox>
      </Form.Item>
      <Form.Item
        style={{ marginTop: 14 }}
        name="phone_region"
        label={t("rules.phoneRegion")}
        extra={t("rules.phoneRegionNote")}
        rules={[{ pattern: /^\s*([A-Za-z]{2})?\s*$/, message: t("rules.phoneRegionNote") }]}
      >
        <Input className="mono" style={{ width: 120 }} maxLength={2} spellCheck={false} />
      </Form.Item>
    </>
  );
}
