// Of what does somebody want to be told? A new alert, on the metric that the address names.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { useLanguage } from "@/i18n/useLanguage";
import { NoPermission, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, useWorkspace } from "@/shell/workspace";
import { metricsQuery } from "../queries";
import { AlertEditor } from "./AlertEditor";
import { blankDraft } from "./draft";

export function Component(): ReactNode {
  const { slug } = useWorkspace();
  const { language } = useLanguage();
  const [metric] = useParam("metric");
  const query = useQuery(metricsQuery(slug));
  if (!useMay("kpis:write")) return <NoPermission />;
  return (
    <Ready query={query}>
      {({ items }) => {
        const known = items.some(({ key }) => key === metric);
        return <AlertEditor alert={null} metrics={items} start={blankDraft(known ? metric : "", language)} />;
      }}
    </Ready>
  );
}
