// How was the map drawn before, and who changed it? Each version can be taken up again; it is saved like any other change.
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Table, type TableColumnsType } from "antd";
import { History } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import type { JourneyMap } from "../contract";
import { mapVersionsQuery, type MapVersion } from "../queries";
import { readDraft } from "./draft";
import { useDrawing } from "./drawingContext";
import styles from "./Editor.module.css";

export function MapVersions({ map }: { map: JourneyMap }): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={<History size={14} aria-hidden />} onClick={() => setOpen(true)}>
        {t("mapEditor.versions")}
      </Button>
      <Drawer open={open} onClose={() => setOpen(false)} size={560} title={t("mapEditor.versions")} destroyOnHidden>
        <Versions map={map} onTaken={() => setOpen(false)} />
      </Drawer>
    </>
  );
}

function Versions({ map, onTaken }: { map: JourneyMap; onTaken: () => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { set } = useDrawing();
  const query = useQuery(mapVersionsQuery(slug, map.key));
  const columns: TableColumnsType<MapVersion> = [
    { title: t("segments.version"), key: "version", width: 70, render: (_, row) => row.version },
    {
      title: t("mapEditor.drawing"),
      key: "drawing",
      render: (_, row) => (
        <span className={styles.version}>
          <strong>{row.name}</strong>
          <span className="soft">{row.drawing.stages.map((stage) => stage.name).join(" → ")}</span>
        </span>
      ),
    },
    {
      title: t("segments.savedAt"),
      key: "at",
      width: 130,
      render: (_, row) => (
        <span className={styles.version}>
          <Time at={row.at} />
          <span className="faint">{row.by}</span>
        </span>
      ),
    },
    {
      key: "take",
      width: 110,
      align: "right",
      render: (_, row) =>
        row.version === map.version ? (
          <Pill tone="good">{t("segments.inForce")}</Pill>
        ) : (
          <Button
            size="small"
            onClick={() => {
              set(() => readDraft(row));
              onTaken();
            }}
          >
            {t("mapEditor.take")}
          </Button>
        ),
    },
  ];
  return (
    <>
      <p className="soft">{t("mapEditor.versionsNote")}</p>
      <Ready query={query}>
        {({ items }) => <Table<MapVersion> rowKey="version" size="small" columns={columns} dataSource={[...items]} pagination={false} />}
      </Ready>
    </>
  );
}
