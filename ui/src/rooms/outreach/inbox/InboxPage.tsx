// Who wrote to us, what did they say, and what do we answer? The list beside the conversation that is open.
import { Tabs } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Page } from "@/parts/Page";
import { useParam } from "@/parts/useParam";
import { usePath } from "@/shell/workspace";
import { RulesCard } from "./RulesCard";
import { SnippetsCard } from "./SnippetsCard";
import { Talks } from "./Talks";

const TABS = ["talks", "snippets", "rules"] as const;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const [chosen, choose] = useParam("tab", "talks");
  const tab = TABS.find((each) => each === chosen) ?? "talks";
  const panels = { talks: <Talks />, snippets: <SnippetsCard />, rules: <RulesCard /> };
  return (
    <Page title={t("inbox.title")} lead={t("inbox.lead")} actions={<Link to={path("connection")}>{t("connection.title")}</Link>}>
      <Tabs activeKey={tab} onChange={(key) => choose(key)} items={TABS.map((key) => ({ key, label: t(`inbox.tabs.${key}`) }))} />
      {panels[tab]}
    </Page>
  );
}
