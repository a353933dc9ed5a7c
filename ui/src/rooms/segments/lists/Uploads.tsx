// What was uploaded to the list, how far is it, and what was in each file?
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Progress, Table, type TableColumnsType } from "antd";
import { FileUp } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatBytes } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Num, Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { JobPill } from "../JobPill";
import styles from "./Lists.module.css";
import { isMoving, listQuery, listsQuery, uploadsQuery, useCancelUpload, type ListUpload, type PeopleList } from "./queries";
import { Report } from "./Report";

export function Uploads({ list }: { list: PeopleList }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(uploadsQuery(slug, list.list_id));
  const items = query.data?.pages.flatMap((page) => page.items);
  useFreshList(list, items?.filter((one) => !isMoving(one)).length ?? null);
  return (
    <Card flush title={t("lists.history")}>
      <Ready query={{ ...query, data: items }}>
        {(found) =>
          found.length ? (
            <UploadTable items={found} />
          ) : (
            <Notice compact icon={FileUp} title={t("lists.noUploads.title")} text={t("lists.noUploads.text")} />
          )
        }
      </Ready>
      {query.hasNextPage ? (
        <div style={{ padding: 12, textAlign: "center" }}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
    </Card>
  );
}

/** Whenever an upload has ended, the list has other people. */
function useFreshList({ list_id }: PeopleList, ended: number | null): void {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  useEffect(() => {
    if (ended === null) return;
    void client.invalidateQueries({ queryKey: listQuery(slug, list_id).queryKey, exact: true });
    void client.invalidateQueries({ queryKey: listsQuery(slug).queryKey });
  }, [client, slug, list_id, ended]);
}

function UploadTable({ items }: { items: readonly ListUpload[] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const columns: TableColumnsType<ListUpload> = [
    {
      title: t("lists.file"),
      key: "file",
      render: (_, one) => (
        <div className={styles.file}>
          {one.file}
          <span>
            {formatBytes(one.bytes, tag)} · {t(`lists.modes.${one.mode}`)}
          </span>
        </div>
      ),
    },
    { title: t("lists.state"), key: "state", width: 180, render: (_, one) => <State upload={one} /> },
    {
      title: t("lists.found"),
      key: "found",
      align: "right",
      width: 100,
      responsive: ["sm"],
      render: (_, one) => <Num value={one.report?.matched} />,
    },
    { title: t("lists.when"), key: "when", width: 130, responsive: ["md"], render: (_, one) => <Time at={one.created_at} /> },
    {
      title: t("lists.by"),
      key: "by",
      width: 180,
      responsive: ["lg"],
      render: (_, one) => <span className="faint">{one.created_by}</span>,
    },
  ];
  // The newest is open until somebody closes it.
  const [turned, turn] = useState<ReadonlyMap<string, boolean>>(new Map());
  const open = items.filter((one, i) => turned.get(one.upload_id) ?? i === 0).map((one) => one.upload_id);
  return (
    <Table<ListUpload>
      rowKey="upload_id"
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={false}
      expandable={{
        rowExpandable: (one) => one.report !== null || one.error !== null,
        expandedRowRender: (one) => <Report upload={one} />,
        expandedRowKeys: open,
        onExpand: (opened, { upload_id }) => turn((old) => new Map(old).set(upload_id, opened)),
      }}
    />
  );
}

function State({ upload }: { upload: ListUpload }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const may = useMay("segments:write");
  const { mutate, isPending } = useCancelUpload();
  if (!isMoving(upload)) return <JobPill state={upload.state} />;
  return (
    <>
      <Progress percent={Math.floor(upload.progress * 100)} size="small" aria-label={t("lists.progress", { file: upload.file })} />
      {may ? (
        <Button
          size="small"
          type="link"
          loading={isPending}
          onClick={() => mutate(upload, { onSuccess: () => void message.success(t("lists.cancelled")), onError: failed })}
        >
          {t("lists.cancelUpload")}
        </Button>
      ) : null}
    </>
  );
}
