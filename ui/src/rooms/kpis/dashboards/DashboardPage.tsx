// What does this dashboard show? Its tiles, over their own days or one period for all; shared, sent, downloaded and edited from here.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Select } from "antd";
import { FileDown, Mail, Pencil, Share2, Trash2 } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useQuarter } from "@/parts/useNow";
import { useParam } from "@/parts/useParam";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { KPI_PRESETS, readFrame } from "../frame";
import { Board } from "./Board";
import styles from "./Dashboards.module.css";
import { draftOf, replaced } from "./draft";
import { Editor } from "./Editor";
import { dashboardQuery, useDeleteDashboard, useDownloadPaper, useSaveDashboard, type Dashboard, type Period, type Tile } from "./queries";
import { ScheduleDialog } from "./ScheduleDialog";
import { ShareDialog } from "./ShareDialog";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(dashboardQuery(slug, key));
  const [editing, setEditing] = useState(false);
  return (
    <Ready query={query}>
      {(dashboard) =>
        editing ? (
          <Editor dashboardKey={key} start={draftOf(dashboard)} base={dashboard.version} onDone={() => setEditing(false)} />
        ) : (
          <Shown dashboard={dashboard} onEdit={() => setEditing(true)} />
        )
      }
    </Ready>
  );
}

/** The one period that stands for those of all tiles; null where each has its own. */
function usePeriodForAll(): { readonly period: Period | null; readonly key: string; readonly set: (key: string) => void } {
  const { zone } = useWorkspace();
  const [key, set] = useParam("period");
  const now = useQuarter();
  const period = useMemo(() => {
    if (key === "") return null;
    const { first, last, unit } = readFrame(key, "", now, zone);
    return { first_day: first, last_day: last, unit };
  }, [key, now, zone]);
  return { period, key, set };
}

function Shown({ dashboard, onEdit }: { dashboard: Dashboard; onEdit: () => void }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { period, key, set } = usePeriodForAll();
  const may = useMay("dashboards:write");
  const failed = useFailed();
  const { mutate } = useSaveDashboard();
  const keep = (tile: Tile): void => {
    const { name, description, version, tiles } = dashboard;
    mutate({ key: dashboard.key, name, description, tiles: [...replaced(tiles, tile)], if_version: version }, { onError: failed });
  };
  return (
    <Page
      title={dashboard.name}
      lead={dashboard.description}
      crumb={<Link to={path("dashboards")}>{t("dashboards.list")}</Link>}
      actions={<Actions dashboard={dashboard} period={period} onEdit={onEdit} />}
    >
      <div className={styles.bar}>
        <Select
          value={key}
          onChange={(chosen) => set(chosen)}
          options={[
            { value: "", label: t("dashboards.eachOwn") },
            ...KPI_PRESETS.flatMap((value) => (value === "all" ? [] : [{ value, label: t(`period.${value}`) }])),
          ]}
          aria-label={t("dashboards.periodForAll")}
          style={{ minWidth: 190 }}
        />
      </div>
      {dashboard.tiles.length > 0 ? (
        <Board tiles={dashboard.tiles} period={period} onKeep={may ? keep : undefined} />
      ) : (
        <Card>
          <Notice
            icon={Pencil}
            title={t("dashboards.empty.title")}
            text={t("dashboards.empty.text")}
            action={may ? <Button onClick={onEdit}>{t("actions.edit")}</Button> : undefined}
          />
        </Card>
      )}
    </Page>
  );
}

interface ActionsProps {
  readonly dashboard: Dashboard;
  readonly period: Period | null;
  readonly onEdit: () => void;
}

function Actions({ dashboard, period, onEdit }: ActionsProps): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const failed = useFailed();
  const may = useMay("dashboards:write");
  const [open, setOpen] = useState<"share" | "schedule" | null>(null);
  const { mutate: download, isPending } = useDownloadPaper(dashboard.key, dashboard.name);
  return (
    <>
      <Button
        icon={<FileDown size={14} aria-hidden />}
        loading={isPending}
        onClick={() => download({ language, period }, { onError: failed })}
      >
        {t("dashboards.pdf")}
      </Button>
      {may ? (
        <>
          <Button icon={<Share2 size={14} aria-hidden />} onClick={() => setOpen("share")}>
            {t("dashboards.share.action")}
          </Button>
          <Button icon={<Mail size={14} aria-hidden />} onClick={() => setOpen("schedule")}>
            {t("dashboards.schedule.action")}
          </Button>
          <DeleteButton dashboard={dashboard} />
          <Button type="primary" icon={<Pencil size={14} aria-hidden />} onClick={onEdit}>
            {t("actions.edit")}
          </Button>
        </>
      ) : null}
      {open === "share" ? <ShareDialog dashboard={dashboard} onClose={() => setOpen(null)} /> : null}
      {open === "schedule" ? <ScheduleDialog dashboard={dashboard} onClose={() => setOpen(null)} /> : null}
    </>
  );
}

function DeleteButton({ dashboard }: { dashboard: Dashboard }): ReactNode {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const { mutateAsync } = useDeleteDashboard();
  const ask = (): void =>
    void modal.confirm({
      title: t("dashboards.deleteTitle", { name: dashboard.name }),
      content: t("dashboards.deleteText"),
      okText: t("dashboards.delete"),
      okButtonProps: { danger: true },
      onOk: () =>
        mutateAsync(dashboard.key).then(() => {
          void message.success(t("dashboards.deleted"));
          void navigate(path("dashboards"));
        }, failed),
    });
  return <Button icon={<Trash2 size={14} aria-hidden />} aria-label={t("dashboards.delete")} onClick={ask} />;
}
