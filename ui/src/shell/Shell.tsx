// What stands around every page of a workspace? The navigation, the command palette, and the place where the page appears.
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { Menu as MenuIcon, Search } from "lucide-react";
import { Suspense, useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation, useParams } from "react-router";

import type { Workspace } from "@/api/contract";
import { Failure, Loading, NotFound } from "@/parts/states";
import { sessionQuery } from "@/rooms/access/session";
import { CommandPalette } from "./CommandPalette";
import { Mark } from "./Mark";
import { rememberWorkspace } from "./lastWorkspace";
import styles from "./Shell.module.css";
import { SideNav } from "./SideNav";
import { useShortcut } from "./useShortcut";
import { WorkspaceContext } from "./workspace";

/** The route element of `/w/:workspace`: asks for a login, finds the workspace, then frames the page. */
export function Component(): ReactNode {
  const { workspace: slug } = useParams();
  const location = useLocation();
  const session = useQuery(sessionQuery);
  const workspace = session.data?.workspaces.find((each) => each.slug === slug);
  useEffect(() => {
    if (workspace) rememberWorkspace(workspace.slug);
  }, [workspace]);
  if (session.isPending) return <Loading />;
  if (session.isError) return <Failure error={session.error} retry={session.refetch} />;
  if (!session.data) {
    const next = encodeURIComponent(location.pathname + location.search);
    return <Navigate to={`/login?next=${next}`} replace />;
  }
  if (!workspace) return <NotFound action={<HomeButton />} />;
  return <Frame workspace={workspace} />;
}

function Frame({ workspace }: { workspace: Workspace }): ReactNode {
  const { t } = useTranslation();
  const [searching, setSearching] = useState(false);
  const [menuOpen, setMenuOpen] = useState(false);
  const openSearch = (): void => {
    setMenuOpen(false);
    setSearching(true);
  };
  useShortcut("k", () => setSearching((open) => !open));
  return (
    <WorkspaceContext value={workspace}>
      <a href="#main" className={styles.skip}>
        {t("shell.skip")}
      </a>
      <div className={styles.shell}>
        <aside className={styles.side}>
          <SideNav onSearch={openSearch} />
        </aside>
        <header className={styles.top}>
          <Button
            type="text"
            icon={<MenuIcon size={18} aria-hidden />}
            aria-label={t("shell.openMenu")}
            onClick={() => setMenuOpen(true)}
          />
          <Mark size={22} />
          <span className={styles.topName}>{workspace.name}</span>
          <Button type="text" icon={<Search size={17} aria-hidden />} aria-label={t("shell.search")} onClick={openSearch} />
        </header>
        <Drawer
          open={menuOpen}
          onClose={() => setMenuOpen(false)}
          placement="left"
          size={264}
          closable={false}
          aria-label={t("shell.navigation")}
          styles={{ body: { padding: 0 } }}
        >
          <SideNav onSearch={openSearch} onNavigate={() => setMenuOpen(false)} />
        </Drawer>
        <main id="main" className={styles.main} tabIndex={-1}>
          <Suspense fallback={<Loading />}>
            <Outlet key={workspace.slug} />
          </Suspense>
        </main>
      </div>
      <CommandPalette open={searching} onClose={() => setSearching(false)} />
    </WorkspaceContext>
  );
}

function HomeButton(): ReactNode {
  const { t } = useTranslation();
  return <Button href="/">{t("states.home")}</Button>;
}
