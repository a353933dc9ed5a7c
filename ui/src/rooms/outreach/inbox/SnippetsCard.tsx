// Which answers are saved, and in which words? They are suggested where somebody asks alike.
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Modal, Popconfirm, Table, type TableColumnsType } from "antd";
import { MessageSquareText } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { snippetsQuery, useArchiveSnippet, useSaveSnippet, type Snippet } from "./queries";

type Draft = Pick<Snippet, "key" | "name" | "zh" | "en">;
const EMPTY: Draft = { key: "", name: "", zh: "", en: "" };

export function SnippetsCard(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("conversations:write");
  const query = useQuery(snippetsQuery(slug));
  const [edited, edit] = useState<Draft | null>(null);
  return (
    <Card
      flush
      title={t("inbox.tabs.snippets")}
      note={t("inbox.snippetsNote")}
      actions={
        may ? (
          <Button type="primary" onClick={() => edit(EMPTY)}>
            {t("inbox.newSnippet")}
          </Button>
        ) : null
      }
    >
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <SnippetTable items={items} onEdit={may ? edit : null} />
          ) : (
            <Notice icon={MessageSquareText} title={t("inbox.noSnippets")} text={t("inbox.snippetsNote")} />
          )
        }
      </Ready>
      {edited ? <Editing known={edited} onClose={() => edit(null)} /> : null}
    </Card>
  );
}

function SnippetTable({ items, onEdit }: { items: readonly Snippet[]; onEdit: ((one: Draft) => void) | null }): ReactNode {
  const { t } = useTranslation();
  const failed = useFailed();
  const { mutate, isPending } = useArchiveSnippet();
  const columns: TableColumnsType<Snippet> = [
    { title: t("inbox.snippetName"), dataIndex: "name", width: 180 },
    { title: t("inbox.snippetText"), key: "text", render: (_, one) => <span style={{ whiteSpace: "pre-wrap" }}>{one.zh || one.en}</span> },
    { title: t("inbox.savedAt"), key: "at", width: 130, responsive: ["md"], render: (_, one) => <Time at={one.saved_at} /> },
    {
      key: "do",
      width: 170,
      render: (_, one) =>
        onEdit ? (
          <span style={{ display: "flex", gap: 6, flexWrap: "wrap" }}>
            <Button size="small" onClick={() => onEdit({ key: one.key, name: one.name, zh: one.zh, en: one.en })}>
              {t("inbox.edit")}
            </Button>
            <Popconfirm title={t("inbox.putAwayAsk")} okText={t("inbox.putAway")} onConfirm={() => mutate(one.key, { onError: failed })}>
              <Button size="small" disabled={isPending}>
                {t("inbox.putAway")}
              </Button>
            </Popconfirm>
          </span>
        ) : null,
    },
  ];
  return (
    <Table<Snippet>
      rowKey="key"
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      scroll={{ x: "max-content" }}
    />
  );
}

/** A key out of a name; Chinese names get a number that no other has. */
function keyOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
  return plain || `answer-${Date.now().toString(36)}`;
}

function Editing({ known, onClose }: { known: Draft; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(known);
  const { mutate, isPending, error } = useSaveSnippet();
  const change = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));
  const save = (): void => mutate({ ...draft, key: draft.key || keyOf(draft.name) }, { onSuccess: onClose });
  return (
    <Modal
      open
      title={t(known.key ? "inbox.editSnippet" : "inbox.newSnippet")}
      onCancel={onClose}
      onOk={save}
      okText={t("actions.save")}
      okButtonProps={{ disabled: !draft.name.trim() || !(draft.zh.trim() || draft.en.trim()), loading: isPending }}
    >
      <Refusal error={error} />
      <Fields>
        <Field label={t("inbox.snippetName")} wide>
          {(id) => <Input id={id} value={draft.name} maxLength={200} onChange={(event) => change({ name: event.target.value })} />}
        </Field>
        {(["zh", "en"] as const).map((language) => (
          <Field
            key={language}
            label={t(`inbox.languages.${language}`)}
            note={t("inbox.placeholders", { name: "{{ person.first_name }}" })}
            wide
          >
            {(id, note) => (
              <Input.TextArea
                id={id}
                aria-describedby={note}
                rows={4}
                maxLength={20_000}
                value={draft[language]}
                onChange={(event) => change({ [language]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </Fields>
    </Modal>
  );
}
