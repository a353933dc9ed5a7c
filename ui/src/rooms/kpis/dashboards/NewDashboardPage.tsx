// How does a dashboard begin? Empty, or as it is proposed out of the shipped metrics.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { NoPermission, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, useWorkspace } from "@/shell/workspace";
import { metricsQuery } from "../queries";
import { EMPTY, proposal } from "./draft";
import { Editor } from "./Editor";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [start] = useParam("start");
  const may = useMay("dashboards:write");
  const query = useQuery({ ...metricsQuery(slug), enabled: may });
  if (!may) return <NoPermission />;
  return (
    <Ready query={query}>
      {({ items }) => (
        <Editor dashboardKey={null} base={0} fresh start={start === "proposal" ? proposal(items, t("dashboards.proposed.name")) : EMPTY} />
      )}
    </Ready>
  );
}
