// What shall be different about this alert?
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useParams } from "react-router";

import { NoPermission, Ready } from "@/parts/states";
import { useMay, useWorkspace } from "@/shell/workspace";
import { metricsQuery } from "../queries";
import { AlertEditor } from "./AlertEditor";
import { draftOf } from "./draft";
import { alertQuery } from "./queries";

export function Component(): ReactNode {
  const { alertId = "" } = useParams();
  const { slug, currency } = useWorkspace();
  const metrics = useQuery(metricsQuery(slug));
  const query = useQuery(alertQuery(slug, alertId));
  if (!useMay("kpis:write")) return <NoPermission />;
  return (
    <Ready query={query}>
      {(alert) => (
        <Ready query={metrics}>
          {({ items }) => {
            const unit = items.find(({ key }) => key === alert.spec.metric)?.unit ?? "ratio";
            return <AlertEditor alert={alert} metrics={items} start={draftOf(alert, unit, currency)} />;
          }}
        </Ready>
      )}
    </Ready>
  );
}
