// Where is this workspace set up? One page with a tab for each thing; the tab is part of the address.
import { Tabs } from "antd";
import { Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation, useNavigate } from "react-router";

import { Page } from "@/parts/Page";
import { Loading } from "@/parts/states";
import { usePath, useWorkspace, type Permission } from "@/shell/workspace";
import styles from "./Settings.module.css";

const TABS = [
  ["workspace", "workspace:read"],
  ["members", "members:read"],
  ["keys", "keys:read"],
  ["identity", "merges:read"],
  ["config", "segments:read"],
  ["audit", "audit:read"],
  ["account", "workspace:read"],
] as const satisfies readonly (readonly [string, Permission])[];

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { name, permissions } = useWorkspace();
  const path = usePath();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const current = pathname.split("/")[4] ?? "workspace";
  const items = TABS.filter(([, needs]) => permissions.includes(needs)).map(([key]) => ({ key, label: t(`settings.tabs.${key}`) }));
  return (
    <Page title={t("settings.title")} lead={t("settings.lead", { name })}>
      <Tabs items={items} activeKey={current} onChange={(key) => void navigate(path("settings", key))} className={styles.tabs ?? ""} />
      <Suspense fallback={<Loading />}>
        <Outlet />
      </Suspense>
    </Page>
  );
}
