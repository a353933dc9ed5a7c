// How is this metric worked out, how was it before, and shall that change?
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useParams } from "react-router";

import { NotFound, Ready } from "@/parts/states";
import { useMay, useWorkspace } from "@/shell/workspace";
import { metricsQuery } from "../queries";
import { CustomEditor } from "./CustomEditor";
import { draftOf } from "./draft";
import { specOf, versionsQuery } from "./queries";
import { Versions } from "./Versions";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const metrics = useQuery(metricsQuery(slug));
  const versions = useQuery(versionsQuery(slug, key));
  const may = useMay("kpis:write");
  return (
    <Ready query={metrics}>
      {({ items }) => (
        <Ready query={versions}>
          {({ items: found }) => {
            const [latest] = found;
            if (!latest) return <NotFound />;
            // One that is out of use can be looked at, and comes back by being saved.
            const base = items.some((one) => one.key === key) ? latest.version : 0;
            return (
              <CustomEditor
                key={latest.version}
                metricKey={key}
                metrics={items}
                start={draftOf(specOf(latest))}
                base={base}
                readOnly={!may}
                versions={<Versions metricKey={key} items={found} base={base} />}
              />
            );
          }}
        </Ready>
      )}
    </Ready>
  );
}
