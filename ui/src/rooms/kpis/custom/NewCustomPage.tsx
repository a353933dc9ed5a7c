// Which number is missing? A new metric by formula.
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

import { NoPermission, Ready } from "@/parts/states";
import { useMay, useWorkspace } from "@/shell/workspace";
import { metricsQuery } from "../queries";
import { CustomEditor } from "./CustomEditor";
import { blankDraft } from "./draft";

export function Component(): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(metricsQuery(slug));
  const [start] = useState(blankDraft);
  if (!useMay("kpis:write")) return <NoPermission />;
  return <Ready query={query}>{({ items }) => <CustomEditor metricKey={null} metrics={items} start={start} base={0} />}</Ready>;
}
