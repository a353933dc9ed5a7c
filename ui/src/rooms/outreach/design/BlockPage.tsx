// What does a block say, who puts it in, and how does it look? Write on the left, read on the right.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Popconfirm, Segmented } from "antd";
import { Plus, Trash2 } from "lucide-react";
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
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Letter } from "../Letter";
import styles from "../Outreach.module.css";
import { blockLookQuery, blockQuery, useArchiveBlock, useSaveBlock, type Block, type BlockSpec } from "./queries";

type Tongue = "zh" | "en";

interface Draft {
  readonly block_id: string;
  readonly name: string;
  readonly format: NonNullable<BlockSpec["format"]>;
  readonly bodies: Readonly<Partial<Record<Tongue, string>>>;
  /** As they are typed; a name may be half of one. */
  readonly parameters: readonly (readonly [string, string])[];
}

const EXAMPLE = "{{ block.label }}";

type Change = (part: Partial<Draft>) => void;

export function Component(): ReactNode {
  const { blockId = "" } = useParams();
  return blockId === "new-block" ? <Editor key="new" known={null} /> : <Loaded key={blockId} id={blockId} />;
}

function Loaded({ id }: { id: string }): ReactNode {
  const { slug } = useWorkspace();
  return <Ready query={useQuery(blockQuery(slug, id))}>{(block) => <Editor key={block.version} known={block} />}</Ready>;
}

function begun(known: Block | null, name: string, language: Tongue): Draft {
  if (!known)
    return { block_id: "footer", name, format: "mjml", bodies: { [language]: "<mj-text>{{ theme.sender }}</mj-text>" }, parameters: [] };
  const { format = "mjml", bodies, parameters = {} } = known.spec;
  return { block_id: known.block_id, name: known.name, format, bodies, parameters: Object.entries(parameters) };
}

function specOf({ format, bodies, parameters }: Draft): BlockSpec {
  const said = Object.fromEntries(Object.entries(bodies).filter(([, body]) => body.trim()));
  return { format, bodies: said, parameters: Object.fromEntries(parameters.filter(([name]) => /^[A-Za-z_]\w*$/.test(name))) };
}

function Editor({ known }: { known: Block | null }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { language } = useLanguage();
  const [draft, setDraft] = useState<Draft>(() => begun(known, t("messageDesign.newName"), language));
  const [shown, setShown] = useState<Tongue>(language);
  const change: Change = (part) => setDraft((before) => ({ ...before, ...part }));
  return (
    <Page
      title={known ? known.name : t("messageDesign.newBlock")}
      crumb={<Link to={path("design")}>{t("messageDesign.title")}</Link>}
      actions={<Actions draft={draft} known={known} />}
    >
      <div className={styles.two}>
        <Stack>
          <Head draft={draft} known={known} onChange={change} />
          <Card
            title={t("messageDesign.body")}
            actions={
              <Segmented<Tongue>
                value={shown}
                onChange={setShown}
                aria-label={t("messageTemplates.language")}
                options={(["zh", "en"] as const).map((value) => ({ value, label: t(`messageTemplates.languages.${value}`) }))}
              />
            }
          >
            <Body draft={draft} language={shown} onChange={change} />
          </Card>
        </Stack>
        <Stack>
          <Seen draft={draft} language={shown} />
          {known ? <Users known={known} /> : null}
        </Stack>
      </div>
    </Page>
  );
}

function Head({ draft, known, onChange }: { draft: Draft; known: Block | null; onChange: Change }): ReactNode {
  const { t } = useTranslation();
  return (
    <Card>
      <Fields>
        <Field label={t("messageDesign.name")}>
          {(id) => <Input id={id} maxLength={200} value={draft.name} onChange={(event) => onChange({ name: event.target.value })} />}
        </Field>
        <Field label={t("messageDesign.key")} note={t("messageDesign.keyNote")}>
          {(id, note) => (
            <Input
              id={id}
              aria-describedby={note}
              maxLength={100}
              disabled={known !== null}
              value={draft.block_id}
              onChange={(event) => onChange({ block_id: event.target.value })}
            />
          )}
        </Field>
      </Fields>
    </Card>
  );
}

function Body({ draft, language, onChange }: { draft: Draft; language: Tongue; onChange: Change }): ReactNode {
  const { t } = useTranslation();
  const short = `{% render '${draft.block_id}' %}`;
  const pinned = `{% render '${draft.block_id}@1' %}`;
  return (
    <div className={styles.form}>
      <Segmented<Draft["format"]>
        value={draft.format}
        onChange={(format) => onChange({ format })}
        aria-label={t("messageDesign.format")}
        options={(["mjml", "html", "text"] as const).map((value) => ({ value, label: t(`messageTemplates.formats.${value}`) }))}
      />
      <Field label={t("messageDesign.body")} note={t("messageDesign.putIn", { short, pinned })} wide>
        {(id, note) => (
          <Input.TextArea
            id={id}
            aria-describedby={note}
            className={styles.code ?? ""}
            autoSize={{ minRows: 8, maxRows: 30 }}
            spellCheck={false}
            value={draft.bodies[language] ?? ""}
            onChange={(event) => onChange({ bodies: { ...draft.bodies, [language]: event.target.value } })}
          />
        )}
      </Field>
      <Parameters draft={draft} onChange={onChange} />
    </div>
  );
}

function Parameters({ draft, onChange }: { draft: Draft; onChange: Change }): ReactNode {
  const { t } = useTranslation();
  const put = (place: number, row: readonly [string, string]): void =>
    onChange({ parameters: draft.parameters.map((one, at) => (at === place ? row : one)) });
  return (
    <div className={styles.form}>
      <strong>{t("messageDesign.parameters")}</strong>
      <span className="faint">{t("messageDesign.parametersNote", { example: EXAMPLE })}</span>
      {draft.parameters.map(([name, value], place) => (
        <div key={place} className={styles.actions}>
          <Input
            style={{ flex: 1 }}
            value={name}
            aria-label={t("messageDesign.parameter")}
            onChange={(event) => put(place, [event.target.value, value])}
          />
          <Input
            style={{ flex: 1 }}
            value={value}
            aria-label={t("messageDesign.otherwise")}
            onChange={(event) => put(place, [name, event.target.value])}
          />
          <Button
            icon={<Trash2 size={14} aria-hidden />}
            aria-label={t("messageDesign.removeParameter")}
            onClick={() => onChange({ parameters: draft.parameters.filter((_, at) => at !== place) })}
          />
        </div>
      ))}
      <Button icon={<Plus size={14} aria-hidden />} onClick={() => onChange({ parameters: [...draft.parameters, ["", ""]] })}>
        {t("messageDesign.addParameter")}
      </Button>
    </div>
  );
}

function Seen({ draft, language }: { draft: Draft; language: Tongue }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const asked = JSON.stringify({ block_id: draft.block_id || "block", spec: specOf(draft), language });
  const query = useQuery(blockLookQuery(slug, useDelayed(asked, 400)));
  const wrong = query.error ? asApiError(query.error) : null;
  return (
    <Card title={t("messageDesign.seen")}>
      {wrong && wrong.code !== "bad_template" ? <Failure error={wrong} /> : null}
      {wrong && wrong.code === "bad_template" ? (
        <div role="alert">
          <p>{t("messageTemplates.bad")}</p>
          <Technical error={wrong} />
        </div>
      ) : null}
      {query.data && !wrong ? <Letter subject="" html={query.data.html} text={query.data.text} /> : null}
    </Card>
  );
}

function Users({ known }: { known: Block }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  if (known.used_by.length === 0)
    return (
      <Card title={t("messageDesign.users")}>
        <span className="faint">{t("messageDesign.nobody")}</span>
      </Card>
    );
  return (
    <Card title={t("messageDesign.users")}>
      <ul>
        {known.used_by.map((one) => {
          const [kind = "", key = ""] = one.split(":", 2);
          return (
            <li key={one}>
              <Link to={path(kind === "block" ? "design" : "templates", key)}>{key}</Link>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function Actions({ draft, known }: { draft: Draft; known: Block | null }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const navigate = useNavigate();
  const path = usePath();
  const { mutate: save, isPending } = useSaveBlock();
  const { mutate: archive } = useArchiveBlock();
  if (!useMay("messages:write")) return null;
  const onSave = (): void =>
    save(
      { block_id: draft.block_id, name: draft.name, spec: specOf(draft), if_version: known?.version ?? 0 },
      {
        onSuccess: ({ block_id, version }) => {
          void message.success(t("messageDesign.saved", { version }));
          if (!known) void navigate(path("design", block_id), { replace: true });
        },
        onError: failed,
      },
    );
  const onArchive = (id: string): void =>
    archive(id, {
      onSuccess: () => {
        void message.success(t("messageDesign.removed"));
        void navigate(path("design"));
      },
      onError: failed,
    });
  return (
    <>
      {known ? (
        <Popconfirm title={t("messageDesign.remove")} onConfirm={() => onArchive(known.block_id)}>
          <Button>{t("messageDesign.remove")}</Button>
        </Popconfirm>
      ) : null}
      <Button type="primary" loading={isPending} disabled={!draft.name.trim() || !draft.block_id} onClick={onSave}>
        {t("actions.save")}
      </Button>
    </>
  );
}
