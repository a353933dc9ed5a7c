// What do people make together with us? Their ideas, what they say and may be quoted with, and who tries things first.
import { Tabs } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Page } from "@/parts/Page";
import { useParam } from "@/parts/useParam";
import { useMay } from "@/shell/workspace";
import { GroupsCard } from "./GroupsCard";
import { IdeasCard } from "./IdeasCard";
import { VoicesCard } from "./VoicesCard";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const [tab, setTab] = useParam("tab", "ideas");
  const people = useMay("people:read");
  const items = [
    { key: "ideas", label: t("cocreation.tabs.ideas"), children: <IdeasCard /> },
    ...(people
      ? [
          { key: "voices", label: t("cocreation.tabs.voices"), children: <VoicesCard /> },
          { key: "groups", label: t("cocreation.tabs.groups"), children: <GroupsCard /> },
        ]
      : []),
  ];
  return (
    <Page title={t("cocreation.title")} lead={t("cocreation.lead")}>
      <Tabs activeKey={items.some((one) => one.key === tab) ? tab : "ideas"} onChange={(key) => setTab(key)} items={items} />
    </Page>
  );
}
