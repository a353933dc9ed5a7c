// What was given by hand or imported, by whom, and can it be taken back? And the way to import more.
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Popover, Table, Upload as Picker, type TableColumnsType } from "antd";
import { Hand, Upload } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { csrf } from "@/api/client";
import { toApiError } from "@/api/errors";
import { Card, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Num, Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { tagActionsQuery, useUndoAction, type Tag, type TagAction } from "./queries";
import styles from "./Tags.module.css";
import { GiveToPeople } from "./GiveToPeople";
import { useTagValue } from "./words";

export function TagActions({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(tagActionsQuery(slug, tag.key));
  const may = useMay("tags:write");
  return (
    <Card
      flush
      title={t("tags.tabs.actions")}
      actions={!may ? null : tag.kind === "imported" ? <ImportButton tag={tag} /> : <GiveToPeople tag={tag} />}
    >
      <Ready query={query}>
        {(data) => {
          const items = data.pages.flatMap((page) => page.items);
          if (items.length === 0) return <Notice compact icon={Hand} title={t("tags.noActions.title")} text={t("tags.noActions.text")} />;
          return <ActionTable tag={tag} items={items} may={may} />;
        }}
      </Ready>
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
    </Card>
  );
}

function ActionTable({ tag, items, may }: { tag: Tag; items: readonly TagAction[]; may: boolean }): ReactNode {
  const { t } = useTranslation();
  const shown = useTagValue();
  const failed = useFailed();
  const { mutate, isPending } = useUndoAction();
  const what = ({ kind, value }: TagAction): string => {
    if (kind === "imported") return t("tags.importedFile");
    return value === null ? t("tags.takenAway") : t("tags.given", { value: shown(tag, value) });
  };
  const columns: TableColumnsType<TagAction> = [
    {
      title: t("tags.action"),
      key: "what",
      render: (_, row) => (
        <>
          {what(row)} {row.undone_at ? <Pill>{t("tags.undone")}</Pill> : null}
          {row.unknown > 0 ? <span className={styles.reason}>{t("tags.unknownIds", { count: row.unknown })}</span> : null}
          {row.note ? <span className={styles.reason}>{row.note}</span> : null}
        </>
      ),
    },
    { title: t("tags.tabs.people"), key: "people", align: "right", width: 90, render: (_, row) => <Num value={row.people} /> },
    { title: t("tags.savedAt"), key: "at", width: 130, responsive: ["sm"], render: (_, row) => <Time at={row.made_at} /> },
    { title: t("tags.savedBy"), key: "by", width: 160, responsive: ["md"], render: (_, row) => row.made_by },
    ...(may
      ? [
          {
            key: "undo",
            width: 100,
            align: "right" as const,
            render: (_: unknown, row: TagAction) => (
              <Button
                size="small"
                type="text"
                loading={isPending}
                onClick={() => mutate({ action: row.action, undo: row.undone_at === null }, { onError: failed })}
              >
                {row.undone_at ? t("tags.redo") : t("actions.undo")}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return <Table<TagAction> rowKey="action" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}

function ImportButton({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      content={<ImportForm tag={tag} onDone={() => setOpen(false)} />}
    >
      <Button size="small" icon={<Upload size={14} aria-hidden />}>
        {t("tags.import")}
      </Button>
    </Popover>
  );
}

function ImportForm({ tag, onDone }: { tag: Tag; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { slug } = useWorkspace();
  const failed = useFailed();
  const client = useQueryClient();
  const [kind, setKind] = useState("user_id");
  const [busy, setBusy] = useState(false);
  const send = async (file: File): Promise<void> => {
    setBusy(true);
    try {
      const address = `/api/workspaces/${encodeURIComponent(slug)}/tags/${tag.key}/import?kind=${encodeURIComponent(kind)}`;
      const headers = { "X-CSRF-Token": csrf(), "Content-Type": "text/csv" };
      const answer = await fetch(address, { method: "POST", body: file, headers, credentials: "same-origin" });
      const body: unknown = await answer.json().catch(() => null);
      if (!answer.ok) throw toApiError(answer.status, body);
      await client.invalidateQueries({ queryKey: [slug, "tags"] });
      void message.success(t("tags.importDone", { count: (body as TagAction).people }));
      onDone();
    } catch (error) {
      failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div style={{ width: 280 }}>
      <Stack gap={10}>
        <p className="soft">{t("tags.importNote")}</p>
        <label>
          {t("tags.importKind")}
          <Input value={kind} onChange={(event) => setKind(event.target.value)} spellCheck={false} />
        </label>
        <Picker
          accept=".csv,text/csv"
          maxCount={1}
          showUploadList={false}
          beforeUpload={(file) => {
            void send(file);
            return false;
          }}
        >
          <Button type="primary" loading={busy} icon={<Upload size={14} aria-hidden />}>
            {t("tags.importPick")}
          </Button>
        </Picker>
      </Stack>
    </div>
  );
}
