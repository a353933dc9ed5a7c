// Which databases are read, how often, and how far? Each can be tried, read now, changed and forgotten.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Dropdown, Table, type MenuProps, type TableColumnsType } from "antd";
import { DatabaseZap, Ellipsis, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatDuration } from "@/parts/format";
import { Card, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { sourcesQuery, useRemoveSource, useRunSource, type Source } from "./queries";
import { SourceEditor } from "./SourceEditor";
import styles from "./Sources.module.css";
import { TrialDialog } from "./TrialDialog";

export default function Sources(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("sources:write");
  const query = useQuery(sourcesQuery(slug));
  const [edited, setEdited] = useState<Source | "new" | null>(null);
  const [tried, setTried] = useState<Source | null>(null);
  const add = (
    <Button type="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setEdited("new")}>
      {t("sources.add")}
    </Button>
  );
  return (
    <Stack>
      <div className={styles.toolbar}>
        <span className="soft">{t("sources.lead")}</span>
        {may && query.data?.items.length ? add : null}
      </div>
      <Card flush>
        <Ready query={query}>
          {(page) =>
            page.items.length === 0 ? (
              <Notice icon={DatabaseZap} title={t("sources.empty.title")} text={t("sources.empty.text")} action={may ? add : undefined} />
            ) : (
              <SourceTable sources={page.items} may={may} onEdit={setEdited} onTry={setTried} />
            )
          }
        </Ready>
      </Card>
      {edited ? <SourceEditor source={edited === "new" ? null : edited} onClose={() => setEdited(null)} /> : null}
      {tried ? <TrialDialog what={tried.source_id} name={tried.name} onClose={() => setTried(null)} /> : null}
    </Stack>
  );
}

interface SourceTableProps {
  readonly sources: readonly Source[];
  readonly may: boolean;
  readonly onEdit: (source: Source) => void;
  readonly onTry: (source: Source) => void;
}

function SourceTable({ sources, may, onEdit, onTry }: SourceTableProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const columns: TableColumnsType<Source> = [
    {
      title: t("sources.name"),
      key: "name",
      render: (_, source) => (
        <div className={styles.source}>
          <strong>{source.name}</strong>
          <span>{source.reading.table ?? t("sources.query")}</span>
        </div>
      ),
    },
    { title: t("sources.kind"), key: "kind", width: 130, responsive: ["sm"], render: (_, source) => <Pill>{source.kind}</Pill> },
    {
      title: t("sources.schedule"),
      key: "schedule",
      width: 160,
      render: (_, source) =>
        source.enabled && source.every_minutes ? (
          t("sources.every", { time: formatDuration(source.every_minutes * 60, tag) })
        ) : (
          <span className="faint">{t("sources.onDemand")}</span>
        ),
    },
    { title: t("sources.cursor"), key: "cursor", responsive: ["md"], render: (_, source) => <code>{source.cursor ?? "–"}</code> },
    { title: t("sources.nextRun"), key: "next", width: 130, responsive: ["lg"], render: (_, source) => <Time at={source.next_run_at} /> },
    ...(may
      ? [
          {
            key: "actions",
            width: 130,
            align: "right" as const,
            render: (_: unknown, source: Source) => <Actions source={source} onEdit={onEdit} onTry={onTry} />,
          },
        ]
      : []),
  ];
  return <Table<Source> rowKey="source_id" size="middle" columns={columns} dataSource={[...sources]} pagination={false} />;
}

function Actions({ source, onEdit, onTry }: { source: Source } & Pick<SourceTableProps, "onEdit" | "onTry">): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const navigate = useNavigate();
  const path = usePath();
  const failed = useFailed();
  const run = useRunSource();
  const remove = useRemoveSource();
  const ask = (): void =>
    void modal.confirm({
      title: t("sources.removeTitle", { name: source.name }),
      content: t("sources.removeText"),
      okText: t("actions.remove"),
      okButtonProps: { danger: true },
      onOk: () => remove.mutateAsync(source.source_id).catch(failed),
    });
  const read = (): void =>
    run.mutate(source.source_id, { onSuccess: (made) => void navigate(path("imports", made.import_id)), onError: failed });
  const items: MenuProps["items"] = [
    { key: "try", label: t("sources.try"), onClick: () => onTry(source) },
    { key: "edit", label: t("actions.edit"), onClick: () => onEdit(source) },
    { type: "divider" },
    { key: "remove", label: t("actions.remove"), danger: true, onClick: ask },
  ];
  return (
    <span className={styles.actions}>
      <Button size="small" loading={run.isPending} onClick={read}>
        {t("sources.run")}
      </Button>
      <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
        <Button size="small" type="text" aria-label={t("sources.more", { name: source.name })} icon={<Ellipsis size={15} aria-hidden />} />
      </Dropdown>
    </span>
  );
}
