// Which maps were put aside? Each can be put back into use, and is then shown.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Modal, Table, type TableColumnsType } from "antd";
import { ArchiveRestore } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import type { JourneyMap } from "./contract";
import { allMapsQuery, useArchiveMap } from "./queries";

export function ArchivedMaps({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { message } = App.useApp();
  const failed = useFailed();
  const path = usePath();
  const navigate = useNavigate();
  const query = useQuery(allMapsQuery(slug));
  const { mutate, isPending, variables } = useArchiveMap();
  const restore = ({ key, name }: JourneyMap): void =>
    mutate(
      { key, archived: false },
      {
        onError: failed,
        onSuccess: () => {
          void message.success(t("journeyMap.restored", { name }));
          onClose();
          void navigate(`${path("journey")}?map=${key}`);
        },
      },
    );
  const columns: TableColumnsType<JourneyMap> = [
    { title: t("mapEditor.name"), dataIndex: "name" },
    { title: t("segments.savedAt"), key: "at", width: 150, render: (_, { changed_at }) => <Time at={changed_at} /> },
    {
      key: "restore",
      width: 190,
      align: "right",
      render: (_, map) => (
        <Button
          size="small"
          icon={<ArchiveRestore size={13} aria-hidden />}
          loading={isPending && variables.key === map.key}
          onClick={() => restore(map)}
          aria-label={`${t("journeyMap.restore")}: ${map.name}`}
        >
          {t("journeyMap.restore")}
        </Button>
      ),
    },
  ];
  return (
    <Modal open width={640} title={t("journeyMap.menu.archivedMaps")} footer={null} onCancel={onClose}>
      <Ready query={query}>
        {({ items }) => {
          const archived = items.filter((map) => map.archived);
          if (archived.length === 0) return <p className="faint">{t("journeyMap.noneArchived")}</p>;
          return <Table<JourneyMap> rowKey="key" size="small" columns={columns} dataSource={archived} pagination={false} />;
        }}
      </Ready>
    </Modal>
  );
}
