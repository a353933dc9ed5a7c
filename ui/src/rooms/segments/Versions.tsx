// What has the segment asked over time, and who changed that? Each version can be put in force again.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import type { JsonObject } from "./dump";
import { useSaveSegment, versionsQuery, type Segment, type Version } from "./queries";
import styles from "./Segments.module.css";

export function Versions({ segment }: { segment: Segment }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { language } = useLanguage();
  const query = useQuery(versionsQuery(slug, segment.key));
  const restore = useRestore(segment);
  const may = useMay("segments:write") && segment.state !== "archived";
  const columns: TableColumnsType<Version> = [
    { title: t("segments.version"), key: "version", width: 80, render: (_, row) => row.version },
    {
      title: t("segments.asks"),
      key: "asks",
      render: (_, row) => (
        <span className={styles.version}>
          <strong>{row.name}</strong>
          <span>{row[language]}</span>
        </span>
      ),
    },
    { title: t("segments.savedAt"), key: "at", width: 130, responsive: ["sm"], render: (_, row) => <Time at={row.at} /> },
    { title: t("segments.savedBy"), key: "by", width: 170, responsive: ["md"], render: (_, row) => row.by || "–" },
    {
      key: "actions",
      width: 110,
      align: "right",
      render: (_, row) =>
        row.version === segment.version ? (
          <Pill tone="good">{t("segments.inForce")}</Pill>
        ) : may ? (
          <Button size="small" type="text" onClick={() => restore(row)}>
            {t("segments.restoreVersion")}
          </Button>
        ) : null,
    },
  ];
  return (
    <Card flush>
      <Ready query={query}>
        {({ items }) => <Table<Version> rowKey="version" size="middle" columns={columns} dataSource={[...items]} pagination={false} />}
      </Ready>
    </Card>
  );
}

function useRestore(segment: Segment): (version: Version) => void {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const failed = useFailed();
  const { mutateAsync } = useSaveSegment();
  return ({ version, name, description, condition }) =>
    void modal.confirm({
      title: t("segments.restoreVersionTitle", { version }),
      content: t("segments.restoreVersionText"),
      okText: t("segments.restoreVersion"),
      onOk: () =>
        mutateAsync({ key: segment.key, name, description, condition: condition as JsonObject, base: segment.version }).then(
          () => void message.success(t("segments.restoredVersion", { version })),
          failed,
        ),
    });
}
