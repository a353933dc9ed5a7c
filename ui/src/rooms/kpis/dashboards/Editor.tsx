// What is on the dashboard? Its name, a line about it and its tiles, until all of it is saved at once.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { Page } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { useLeaving } from "@/rooms/segments/builder/useLeaving";
import { usePath, useWorkspace } from "@/shell/workspace";
import { Board } from "./Board";
import styles from "./Dashboards.module.css";
import { keyFor, type Draft } from "./draft";
import { dashboardsQuery, useSaveDashboard, type Tile } from "./queries";

interface EditorProps {
  /** What is edited; null for a new dashboard. */
  readonly dashboardKey: string | null;
  readonly start: Draft;
  readonly base: number;
  readonly onDone?: () => void;
  /** Whether leaving it as it came would lose something. */
  readonly fresh?: boolean;
}

export function Editor({ dashboardKey, start: given, base, onDone, fresh = false }: EditorProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { message } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const [start] = useState(given);
  const [draft, setDraft] = useState(start);
  const [insists, insist] = useState(false);
  const leaving = useLeaving(fresh ? draft.tiles.length > 0 : draft !== start);
  const known = useQuery(dashboardsQuery(slug));
  const { mutate, isPending, error } = useSaveDashboard();
  const nameless = draft.name.trim() === "";
  const onTiles = useCallback(
    (change: (tiles: readonly Tile[]) => readonly Tile[]) => setDraft((now) => ({ ...now, tiles: change(now.tiles) })),
    [],
  );
  const save = (): void => {
    insist(true);
    if (nameless) return;
    const key = dashboardKey ?? keyFor(draft.name, new Set(known.data?.items.map((one) => one.key)));
    mutate(
      { key, ...draft, tiles: [...draft.tiles], if_version: base },
      {
        onSuccess: () => {
          leaving.free();
          void message.success(t("states.saved"));
          if (onDone) onDone();
          else void navigate(path("dashboards", key));
        },
      },
    );
  };
  const leave = onDone ? <Button onClick={onDone}>{t("actions.cancel")}</Button> : null;
  return (
    <Page
      title={dashboardKey === null ? t("dashboards.new") : start.name}
      crumb={<Link to={path("dashboards")}>{t("dashboards.list")}</Link>}
      actions={
        <>
          {leave}
          <Button type="primary" loading={isPending} disabled={known.isPending} onClick={save}>
            {t("actions.save")}
          </Button>
        </>
      }
    >
      <Refusal error={error} />
      <div className={styles.naming}>
        <Input
          value={draft.name}
          maxLength={200}
          onChange={({ target }) => setDraft({ ...draft, name: target.value })}
          placeholder={t("dashboards.name")}
          aria-label={t("dashboards.name")}
          {...(insists && nameless ? { status: "error" as const } : {})}
        />
        {insists && nameless ? <span role="alert">{t("dashboards.nameNeeded")}</span> : null}
        <Input
          value={draft.description}
          maxLength={2000}
          onChange={({ target }) => setDraft({ ...draft, description: target.value })}
          placeholder={t("dashboards.description")}
          aria-label={t("dashboards.description")}
        />
      </div>
      <Board tiles={draft.tiles} period={null} onChange={onTiles} />
      {leaving.dialog}
    </Page>
  );
}
