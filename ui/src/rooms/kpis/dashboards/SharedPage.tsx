// What does whoever has a link see, without a login? The dashboard, read-only, and where the link is over, that it is.
import { useQuery } from "@tanstack/react-query";
import { LinkIcon, TimerOff } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { asApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { formatTime } from "@/parts/format";
import { Failure, Loading, Notice } from "@/parts/states";
import { LanguageMenu, ThemeMenu } from "@/shell/Preferences";
import { WorkspaceContext } from "@/shell/workspace";
import styles from "./Dashboards.module.css";
import { sharedQuery, sharedTileQuery, type Shared, type Tile } from "./queries";
import { TileCard } from "./TileCard";

export function Component(): ReactNode {
  const { token = "" } = useParams();
  const { t } = useTranslation();
  const query = useQuery(sharedQuery(token));
  const name = query.data?.name ?? t("dashboards.shared.title");
  useEffect(() => {
    document.title = `${name} · UEMS`;
  }, [name]);
  return (
    <main className={styles.shared}>
      {query.data ? (
        <Shown shared={query.data} token={token} />
      ) : query.error ? (
        <Over error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Loading rows={10} />
      )}
    </main>
  );
}

function Over({ error, retry }: { error: unknown; retry: () => void }): ReactNode {
  const { t } = useTranslation();
  const { status } = asApiError(error);
  return (
    <>
      <Corner />
      {status === 410 ? (
        <Notice icon={TimerOff} title={t("dashboards.shared.over.title")} text={t("dashboards.shared.over.text")} />
      ) : status === 404 ? (
        <Notice icon={LinkIcon} title={t("dashboards.shared.nothing.title")} text={t("dashboards.shared.nothing.text")} />
      ) : (
        <Failure error={error} retry={retry} />
      )}
    </>
  );
}

function Corner(): ReactNode {
  return (
    <div className={styles.corner}>
      <LanguageMenu />
      <ThemeMenu />
    </div>
  );
}

function Shown({ shared, token }: { shared: Shared; token: string }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { name, workspace_name, zone, currency } = shared;
  return (
    // What formats numbers and days asks the workspace for its zone and currency; a guest may do nothing in it.
    <WorkspaceContext
      value={{ slug: "", name: workspace_name, role: "viewer", zone, currency, permissions: [], has_data: true, created_at: "" }}
    >
      <header className={styles.sharedHead}>
        <div>
          <h1>{name}</h1>
          <p>{shared.description}</p>
          <p className="faint">
            {workspace_name} · {zone} · {t("dashboards.shared.until", { when: formatTime(shared.expires_at, zone, tag, false) })}
          </p>
        </div>
        <Corner />
      </header>
      <div className={styles.grid}>
        {shared.tiles.map((tile) => (
          <One key={tile.id} tile={tile} token={token} />
        ))}
      </div>
      {shared.tiles.length === 0 ? <p className="faint">{t("dashboards.empty.title")}</p> : null}
    </WorkspaceContext>
  );
}

function One({ tile, token }: { tile: Tile; token: string }): ReactNode {
  return <TileCard tile={tile} query={useQuery({ ...sharedTileQuery(token, tile.id), enabled: tile.kind !== "text" })} />;
}
