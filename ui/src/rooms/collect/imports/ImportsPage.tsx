// How does data come in that is already there? From files, once, and from databases, again and again.
import { Button, Tabs } from "antd";
import { Upload } from "lucide-react";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Page } from "@/parts/Page";
import { Loading } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, usePath } from "@/shell/workspace";
import { History } from "./History";

const Sources = lazy(() => import("../sources/Sources"));
const TABS = ["files", "sources"] as const;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("imports:write");
  const [chosen, choose] = useParam("tab", "files");
  const tab = TABS.find((each) => each === chosen) ?? "files";
  return (
    <Page
      title={t("imports.title")}
      lead={t("imports.lead")}
      actions={
        may ? (
          <Link to={path("imports", "new")}>
            <Button type="primary" icon={<Upload size={14} aria-hidden />}>
              {t("imports.new")}
            </Button>
          </Link>
        ) : null
      }
    >
      <Tabs
        style={{ marginBottom: 16 }}
        activeKey={tab}
        onChange={(key) => choose(key)}
        items={TABS.map((key) => ({ key, label: t(`imports.tabs.${key}`) }))}
      />
      {tab === "files" ? (
        <History />
      ) : (
        <Suspense fallback={<Loading />}>
          <Sources />
        </Suspense>
      )}
    </Page>
  );
}
