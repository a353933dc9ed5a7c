// Which channels are there to choose from? Those of the events of the last ninety days, the most frequent first.
import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

interface Line {
  readonly group: { readonly value: string | null; readonly other: boolean } | null;
}

const SPEC = { series: [{}], unit: "month", last_days: 90, breakdown: { column: "channel", limit: 20 } };

function channelsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "reports", "trend", "channels"],
    queryFn: async ({ signal }): Promise<readonly string[]> => {
      const params = { path: { workspace, name: "trend" } };
      const { data } = await unwrap(api.POST("/api/workspaces/{workspace}/reports/{name}", { params, body: SPEC, signal }));
      const [series] = data.series as readonly { readonly lines: readonly Line[] }[];
      return (series?.lines ?? []).flatMap(({ group }) => (group?.value ? [group.value] : []));
    },
    staleTime: 600_000,
  });
}

export function useChannels(): readonly string[] {
  const { slug } = useWorkspace();
  return useQuery(channelsQuery(slug)).data ?? [];
}
