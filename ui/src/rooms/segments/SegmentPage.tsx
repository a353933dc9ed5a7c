// Who is in this segment, since when does it grow or shrink, and what has it asked over time?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Skeleton, Tabs } from "antd";
import { Archive, ArchiveRestore, FileDown, Pencil, Scale } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Code } from "@/parts/Copy";
import { Stat, Stats } from "@/parts/Facts";
import { addDays, dayOf } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Technical, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { Num, Time } from "@/parts/values";
import { ApiError } from "@/api/errors";
import { useQuarter } from "@/parts/useNow";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { ExportDialog } from "./handover/ExportDialog";
import { Exports } from "./handover/Exports";
import { Syncs } from "./handover/Syncs";
import { Members } from "./Members";
import { historyQuery, segmentQuery, useArchive, type Segment, type Size } from "./queries";
import styles from "./Segments.module.css";
import { sinceMade } from "./Sparkline";
import { StatePill } from "./StatePill";
import { useUnderstanding } from "./understanding/address";
import { Versions } from "./Versions";

const SizeChart = lazy(() => import("./SizeChart"));

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(segmentQuery(slug, key));
  return <Ready query={query}>{(segment) => <Shown segment={segment} />}</Ready>;
}

function Shown({ segment }: { segment: Segment }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("people:read");
  const tabs = may ? (["members", "exports", "syncs", "versions"] as const) : (["syncs", "versions"] as const);
  const [chosen, choose] = useParam("tab", tabs[0]);
  const [exporting, setExporting] = useState(false);
  const tab = tabs.find((each) => each === chosen) ?? tabs[0];
  return (
    <Page
      title={segment.name}
      crumb={<Link to={path("segments")}>{t("segments.title")}</Link>}
      lead={<Code value={segment.key} />}
      actions={<Actions segment={segment} onExport={() => setExporting(true)} />}
    >
      <Stack>
        <Numbers segment={segment} />
        <Asks segment={segment} />
        <Sizes segment={segment} />
      </Stack>
      <Tabs
        className={styles.tabs ?? ""}
        activeKey={tab}
        onChange={(next) => choose(next)}
        items={tabs.map((each) => ({ key: each, label: t(`segments.tabs.${each}`) }))}
      />
      {tab === "members" ? <Members segment={segment} /> : null}
      {tab === "exports" ? <Exports segment={segment} onAsk={() => setExporting(true)} /> : null}
      {tab === "syncs" ? <Syncs segment={segment} /> : null}
      {tab === "versions" ? <Versions segment={segment} /> : null}
      <ExportDialog segment={segment} open={exporting} onClose={() => setExporting(false)} onAsked={() => choose("exports")} />
    </Page>
  );
}

function Actions({ segment, onExport }: { segment: Segment; onExport: () => void }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useArchive();
  const archived = segment.state === "archived";
  const mayExport = useMay("people:write") && !archived;
  const understanding = useUnderstanding();
  const looking = (
    <>
      {archived ? null : (
        <Link to={understanding("comparison", [segment.key])}>
          <Button icon={<Scale size={14} aria-hidden />}>{t("understanding.open")}</Button>
        </Link>
      )}
      {mayExport ? (
        <Button icon={<FileDown size={14} aria-hidden />} onClick={onExport}>
          {t("handover.export")}
        </Button>
      ) : null}
    </>
  );
  if (!useMay("segments:write")) return looking;
  const restore = (): void =>
    mutate({ key: segment.key, archived: false }, { onSuccess: () => void message.success(t("segments.restoredNow")), onError: failed });
  const archive = (): void =>
    mutate(
      { key: segment.key, archived: true },
      {
        onSuccess: () => {
          const content = (
            <>
              {t("segments.archivedNow")}{" "}
              <Button type="link" size="small" onClick={restore}>
                {t("actions.undo")}
              </Button>
            </>
          );
          void message.success({ duration: 8, content });
        },
        onError: failed,
      },
    );
  if (archived) {
    return (
      <Button icon={<ArchiveRestore size={14} aria-hidden />} loading={isPending} onClick={restore}>
        {t("segments.restore")}
      </Button>
    );
  }
  return (
    <>
      {looking}
      <Button icon={<Archive size={14} aria-hidden />} loading={isPending} onClick={archive}>
        {t("segments.archive")}
      </Button>
      <Link to={path("segments", segment.key, "edit")}>
        <Button type="primary" icon={<Pencil size={14} aria-hidden />}>
          {t("segments.edit")}
        </Button>
      </Link>
    </>
  );
}

/** The last 90 days of the segment, as far as it has existed. */
function useSizes(segment: Segment): {
  readonly items: readonly Size[] | undefined;
  readonly query: { error: unknown; refetch: () => unknown };
} {
  const { slug, zone } = useWorkspace();
  const first = addDays(dayOf(useQuarter(), zone), -89);
  const query = useQuery(historyQuery(slug, segment, first));
  const items = useMemo(() => query.data && sinceMade(query.data.items, segment.created_at, zone), [query.data, segment.created_at, zone]);
  return { items, query };
}

function Numbers({ segment }: { segment: Segment }): ReactNode {
  const { t } = useTranslation();
  const { items } = useSizes(segment);
  const week = items?.slice(-7) ?? [];
  const sum = (of: "entered" | "left"): number | null => (items ? week.reduce((total, item) => total + item[of], 0) : null);
  return (
    <Stats>
      <Stat
        name={t("segments.size")}
        value={<Num value={segment.computed_at ? segment.size : null} to="?tab=members" label={t("segments.size")} />}
      />
      <Stat name={t("segments.entered")} value={<Num value={sum("entered")} />} />
      <Stat name={t("segments.left")} value={<Num value={sum("left")} />} />
      <Stat
        name={t("segments.current")}
        value={<span className={styles.when}>{<Time at={segment.computed_at} />}</span>}
        note={<StatePill state={segment.state} />}
      />
    </Stats>
  );
}

function Asks({ segment }: { segment: Segment }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  return (
    <Card title={t("segments.asks")}>
      {segment.description ? <p className={styles.described}>{segment.description}</p> : null}
      <p className={styles.words}>{segment[language]}</p>
      {segment.state === "building" ? <p className="soft">{t("segments.buildingText")}</p> : null}
      {segment.state === "failed" ? (
        <div role="alert">
          {t("segments.failed")}
          <Technical error={new ApiError(0, "segment", segment.failure)} />
        </div>
      ) : null}
    </Card>
  );
}

function Sizes({ segment }: { segment: Segment }): ReactNode {
  const { t } = useTranslation();
  const { items, query } = useSizes(segment);
  const [, setDay] = useParam("on");
  const pick = useCallback((day: string) => setDay(day, { without: ["tab"] }), [setDay]);
  return (
    <Card title={t("segments.overTime")} note={t("segments.overTimeNote")}>
      <Ready query={{ ...query, data: items }}>
        {(found) => (
          <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height: 280 }} />}>
            <SizeChart items={found} onPick={pick} />
          </Suspense>
        )}
      </Ready>
    </Card>
  );
}
