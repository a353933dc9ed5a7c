// How was the tag defined over time, and who changed that?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Json } from "@/parts/Json";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { tagVersionsQuery, useSaveTag, type Tag, type TagVersion } from "./queries";

export function TagVersions({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(tagVersionsQuery(slug, tag.key));
  const may = useMay("tags:write");
  const restore = useRestore(tag);
  const columns: TableColumnsType<TagVersion> = [
    {
      title: t("tags.version"),
      key: "version",
      width: 150,
      render: (_, row) => (
        <>
          {row.version} {row.version === tag.version ? <Pill tone="good">{t("tags.inForce")}</Pill> : null}
          {row.draft === null ? <Pill>{t("tags.gone")}</Pill> : null}
        </>
      ),
    },
    { title: t("tags.savedAt"), key: "at", width: 140, render: (_, row) => <Time at={row.saved_at} /> },
    { title: t("tags.savedBy"), key: "by", responsive: ["sm"], render: (_, row) => row.saved_by || "–" },
    { title: t("tags.note"), key: "note", responsive: ["md"], render: (_, row) => row.note || <span className="faint">–</span> },
    {
      key: "actions",
      width: 110,
      align: "right",
      render: (_, row) =>
        may && row.draft !== null && row.version !== tag.version ? (
          <Button size="small" type="text" onClick={() => restore(row)}>
            {t("tags.restore")}
          </Button>
        ) : null,
    },
  ];
  return (
    <Card flush>
      <Ready query={query}>
        {({ items }) => (
          <Table<TagVersion>
            rowKey="version"
            size="middle"
            columns={columns}
            dataSource={[...items]}
            pagination={false}
            expandable={{
              rowExpandable: (row) => row.draft !== null,
              expandedRowRender: (row) => <Json value={row.draft} label={t("tags.definition")} />,
              columnTitle: <span className="visually-hidden">{t("tags.definition")}</span>,
            }}
          />
        )}
      </Ready>
    </Card>
  );
}

function useRestore(tag: Tag): (version: TagVersion) => void {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const failed = useFailed();
  const { mutateAsync } = useSaveTag();
  return ({ version, draft }) =>
    void modal.confirm({
      title: t("tags.restoreTitle", { version }),
      content: t("tags.restoreText"),
      okText: t("tags.restore"),
      onOk: async () => {
        if (draft === null) return;
        await mutateAsync({ tag: tag.key, draft: { ...draft, base_version: tag.version } }).then(
          () => void message.success(t("tags.restored", { version })),
          failed,
        );
      },
    });
}
