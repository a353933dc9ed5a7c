// What may people be sent at all? Topics, limits, channels, and the addresses that nothing is sent to.
import { Tabs } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Page } from "@/parts/Page";
import { useParam } from "@/parts/useParam";
import { useMay } from "@/shell/workspace";
import { Channels } from "./Channels";
import { Limits } from "./Limits";
import { Suppressions } from "./Suppressions";
import { Topics } from "./Topics";

const TABS = ["topics", "limits", "channels", "suppressions"] as const;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const [chosen, choose] = useParam("tab", "topics");
  const people = useMay("people:read");
  const tabs = TABS.filter((each) => each !== "suppressions" || people);
  const tab = tabs.find((each) => each === chosen) ?? "topics";
  const panels = { topics: <Topics />, limits: <Limits />, channels: <Channels />, suppressions: <Suppressions /> };
  return (
    <Page title={t("restraints.title")} lead={t("restraints.lead")}>
      <Tabs activeKey={tab} onChange={(key) => choose(key)} items={tabs.map((key) => ({ key, label: t(`restraints.tabs.${key}`) }))} />
      {panels[tab]}
    </Page>
  );
}
