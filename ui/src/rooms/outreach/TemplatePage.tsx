// What does this template say, and how would somebody read it? Write on the left, read on the right.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, InputNumber, Segmented, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { asApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { Field, Fields } from "@/parts/Field";
import { Card, Page, Stack } from "@/parts/Page";
import { Failure, Ready, Technical } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useFailed } from "@/parts/useFailed";
import { useWords } from "@/i18n/useWords";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Bill } from "./Bill";
import { keyOf, newDraft, onChannel, spec, type Draft } from "./draft";
import { Letter } from "./Letter";
import styles from "./Outreach.module.css";
import { channelsQuery, previewQuery, templateQuery, topicsQuery, useSaveTemplate, useTestTemplate, type Template } from "./queries";
import { VariantFields } from "./VariantFields";

export function Component(): ReactNode {
  const { templateId = "" } = useParams();
  return templateId === "new-template" ? <Editor key="new" known={null} /> : <Loaded key={templateId} id={templateId} />;
}

function Loaded({ id }: { id: string }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(templateQuery(slug, id));
  return <Ready query={query}>{(template) => <Editor key={template.version} known={template} />}</Ready>;
}

function Editor({ known }: { known: Template | null }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { language } = useLanguage();
  const [draft, setDraft] = useState<Draft>(() => (known ? { ...known } : newDraft(language, t)));
  const [shown, setShown] = useState<"zh" | "en">(known?.spec.language ?? language);
  const { slug } = useWorkspace();
  const { data: channels } = useQuery(channelsQuery(slug));
  const channel = channels?.items.find((one) => one.key === draft.channel);
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  return (
    <Page
      title={known ? known.name : t("messageTemplates.new")}
      crumb={<Link to={path("templates")}>{t("messageTemplates.title")}</Link>}
      actions={<Save draft={draft} known={known} />}
    >
      <div className={styles.two}>
        <Stack>
          <Head draft={draft} onChange={change} />
          <Card title={t("messageTemplates.says")} actions={<Languages shown={shown} onShow={setShown} />}>
            <VariantFields key={shown} language={shown} draft={draft} channel={channel} onChange={change} />
          </Card>
        </Stack>
        <Preview draft={draft} language={shown} known={known} />
      </div>
    </Page>
  );
}

function Languages({ shown, onShow }: { shown: "zh" | "en"; onShow: (language: "zh" | "en") => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Segmented<"zh" | "en">
      value={shown}
      onChange={onShow}
      aria-label={t("messageTemplates.language")}
      options={(["zh", "en"] as const).map((value) => ({ value, label: t(`messageTemplates.languages.${value}`) }))}
    />
  );
}

function Head({ draft, onChange }: { draft: Draft; onChange: (part: Partial<Draft>) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { language } = useLanguage();
  const { data: channels } = useQuery(channelsQuery(slug));
  const { data: topics } = useQuery(topicsQuery(slug));
  const zh = language === "zh";
  return (
    <Card>
      <Fields>
        <Field label={t("messageTemplates.name")}>
          {(id) => <Input id={id} value={draft.name} maxLength={200} onChange={(event) => onChange({ name: event.target.value })} />}
        </Field>
        <Field label={t("messages.channel")}>
          {(id) => (
            <Select
              id={id}
              showSearch={{ optionFilterProp: "label" }}
              value={draft.channel}
              onChange={(key, option) => option && !Array.isArray(option) && onChange(onChannel(draft, key, option))}
              options={(channels?.items ?? []).map(({ key, label_zh, label_en, content, extras, provider_templates, enabled, lacks }) => ({
                value: key,
                label: [zh ? label_zh : label_en, enabled && !lacks ? "" : t("restraints.notReady")].filter(Boolean).join(" · "),
                content,
                extras,
                provider_templates,
              }))}
            />
          )}
        </Field>
        <Field label={t("messages.kind")} note={t(`messages.kindNotes.${draft.kind}`)}>
          {(id) => (
            <Select
              id={id}
              value={draft.kind}
              onChange={(kind) => onChange({ kind })}
              options={(["service", "benefit", "sales"] as const).map((value) => ({ value, label: t(`messages.kinds.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("messageTemplates.topic")} note={t("messageTemplates.topicNote")}>
          {(id) => (
            <Select
              id={id}
              value={draft.topic}
              onChange={(topic) => onChange({ topic })}
              options={[
                { value: "", label: t("messageTemplates.noTopic") },
                ...(topics?.items ?? []).map((one) => ({ value: one.key, label: zh ? one.name_zh : one.name_en })),
              ]}
            />
          )}
        </Field>
      </Fields>
    </Card>
  );
}

function Save({ draft, known }: { draft: Draft; known: Template | null }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const navigate = useNavigate();
  const path = usePath();
  const { mutate, isPending } = useSaveTemplate();
  if (!useMay("messages:write")) return null;
  const save = (): void => {
    const template_id = known?.template_id ?? keyOf(draft.name);
    const { name, channel, kind, topic } = draft;
    mutate(
      { template_id, name, channel, kind, topic, spec: spec(draft), if_version: known?.version ?? 0 },
      {
        onSuccess: (saved) => {
          void message.success(t("messageTemplates.savedAs", { version: saved.version }));
          if (!known) void navigate(path("templates", saved.template_id), { replace: true });
        },
        onError: failed,
      },
    );
  };
  return (
    <Button type="primary" loading={isPending} disabled={!draft.name.trim()} onClick={save}>
      {t("actions.save")}
    </Button>
  );
}

interface PreviewProps {
  readonly draft: Draft;
  readonly language: "zh" | "en";
  readonly known: Template | null;
}

function Preview({ draft, language, known }: PreviewProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [person, setPerson] = useState<number | null>(null);
  const body = useDelayed(JSON.stringify({ spec: spec(draft), language, person_id: person, channel: draft.channel }), 400);
  const query = useQuery(previewQuery(slug, body));
  const may = useMay("people:read");
  return (
    <Card title={t("messageTemplates.preview")} actions={known && person !== null ? <Test known={known} person={person} /> : null}>
      <div className={styles.form}>
        {may ? (
          <Field label={t("messageTemplates.as")} note={t("messageTemplates.asNote")}>
            {(id) => <InputNumber id={id} min={0} precision={0} value={person} onChange={setPerson} placeholder="1" />}
          </Field>
        ) : null}
        {query.error ? <Wrong error={query.error} /> : null}
        {query.data && !query.error ? (
          <>
            <Letter subject={query.data.subject} html={query.data.html} text={query.data.text} />
            <Bill preview={query.data} />
            <Doubts checks={query.data.checks} />
          </>
        ) : null}
      </div>
    </Card>
  );
}

function Wrong({ error }: { error: unknown }): ReactNode {
  const { t } = useTranslation();
  const known = asApiError(error);
  if (known.code !== "bad_template" && known.code !== "missing_value") return <Failure error={error} />;
  const value = known.details.value;
  return (
    <div role="alert">
      <p>
        {known.code === "missing_value" && typeof value === "string" ? t("messageTemplates.missing", { value }) : t("messageTemplates.bad")}
      </p>
      <Technical error={known} />
    </div>
  );
}

function Doubts({ checks }: { checks: readonly string[] }): ReactNode {
  const words = useWords();
  if (checks.length === 0) return null;
  return (
    <ul>
      {checks.map((one) => (
        <li key={one}>{words(`messageTemplates.checks.${one}`) ?? one}</li>
      ))}
    </ul>
  );
}

function Test({ known, person }: { known: Template; person: number }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useTestTemplate();
  if (!useMay("messages:write")) return null;
  const send = (): void =>
    mutate(
      { template_id: known.template_id, person_id: person },
      { onSuccess: () => void message.success(t("messageTemplates.tested")), onError: failed },
    );
  return (
    <Button loading={isPending} onClick={send}>
      {t("messageTemplates.test")}
    </Button>
  );
}
