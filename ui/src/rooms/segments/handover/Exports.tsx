// Which files were written of this segment, and which can still be fetched?
import { useInfiniteQuery } from "@tanstack/react-query";
import { App, Button, Progress, Table, type TableColumnsType } from "antd";
import { Download, FileDown } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { formatBytes } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Notice, Ready, Technical } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Num, Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { JobPill } from "../JobPill";
import type { Segment } from "../queries";
import styles from "./Handover.module.css";
import { exportsQuery, fileOf, isWriting, useEndExport, type Export } from "./queries";

export function Exports({ segment, onAsk }: { segment: Segment; onAsk: () => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("people:write") && segment.state !== "archived";
  const query = useInfiniteQuery(exportsQuery(slug, segment.key));
  const items = query.data?.pages.flatMap((page) => page.items);
  const ask = may ? (
    <Button type="primary" onClick={onAsk}>
      {t("handover.export")}
    </Button>
  ) : undefined;
  return (
    <Card flush title={t("exports.history")} note={segment.state === "archived" ? t("exports.archived") : t("exports.note")}>
      <Ready query={{ ...query, data: items }}>
        {(found) =>
          found.length ? (
            <ExportTable items={found} />
          ) : (
            <Notice compact icon={FileDown} title={t("exports.empty.title")} text={t("exports.empty.text")} action={ask} />
          )
        }
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

function ExportTable({ items }: { items: readonly Export[] }): ReactNode {
  const { t } = useTranslation();
  const columns: TableColumnsType<Export> = [
    { title: t("exports.file"), key: "file", render: (_, one) => <What one={one} /> },
    { title: t("exports.state"), key: "state", width: 106, render: (_, one) => <State one={one} /> },
    { title: t("exports.rows"), key: "rows", align: "right", width: 90, responsive: ["sm"], render: (_, one) => <Num value={one.rows} /> },
    { title: t("exports.when"), key: "when", width: 120, responsive: ["md"], render: (_, one) => <Time at={one.created_at} /> },
    { title: t("exports.expires"), key: "expires", width: 120, responsive: ["lg"], render: (_, one) => <Time at={one.expires_at} /> },
    {
      title: t("exports.by"),
      key: "by",
      width: 150,
      responsive: ["lg"],
      render: (_, one) => <span className="faint">{one.created_by}</span>,
    },
    { key: "actions", width: 116, align: "right", render: (_, one) => <Actions one={one} /> },
  ];
  return <Table<Export> rowKey="export_id" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}

function What({ one }: { one: Export }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const names = [...one.ids, ...one.traits, ...one.tags];
  return (
    <div className={styles.what}>
      {t(`exports.formats.${one.format}`)}
      {one.bytes === null ? null : <span className="faint"> {formatBytes(one.bytes, tag)}</span>}
      <code title={names.join(", ")}>{names.join(", ")}</code>
      {one.error ? <Technical error={new ApiError(422, one.error.code, one.error.message)} /> : null}
    </div>
  );
}

function State({ one }: { one: Export }): ReactNode {
  const { t } = useTranslation();
  if (!isWriting(one)) return <JobPill state={one.state} />;
  return <Progress percent={Math.floor(one.progress * 100)} size="small" aria-label={t("exports.progress")} />;
}

function Actions({ one }: { one: Export }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { modal, message } = App.useApp();
  const failed = useFailed();
  const may = useMay("people:write");
  const { mutate, mutateAsync, isPending } = useEndExport();
  const { export_id } = one;
  const remove = (): void =>
    void modal.confirm({
      title: t("exports.deleteTitle"),
      content: t("exports.deleteText"),
      okText: t("exports.delete"),
      okButtonProps: { danger: true },
      onOk: () => mutateAsync({ export_id, how: "delete" }).then(() => void message.success(t("exports.deleted")), failed),
    });
  if (isWriting(one)) {
    const cancel = (): void =>
      mutate({ export_id, how: "cancel" }, { onSuccess: () => void message.success(t("exports.cancelled")), onError: failed });
    return may ? (
      <Button size="small" type="text" loading={isPending} onClick={cancel}>
        {t("exports.cancel")}
      </Button>
    ) : null;
  }
  if (one.state !== "done") return null;
  return (
    <div className={styles.actions}>
      <Button size="small" icon={<Download size={13} aria-hidden />} href={fileOf(slug, one)} download>
        {t("exports.download")}
      </Button>
      {may ? (
        <Button size="small" type="text" danger onClick={remove}>
          {t("exports.delete")}
        </Button>
      ) : null}
    </div>
  );
}
