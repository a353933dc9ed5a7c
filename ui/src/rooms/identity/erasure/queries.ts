// What does erasing a person ask of the server?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Erasure = Schemas["ErasureBody"];
export type Going = Schemas["ErasureGoing"];

const ASK_AGAIN_MS = 1000;

export function erasurePreviewQuery(workspace: string, person_id: number) {
  return queryOptions({
    queryKey: [workspace, "erasure-preview", person_id],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST("/api/workspaces/{workspace}/people/{person_id}/erasure/preview", { params: { path: { workspace, person_id } }, signal }),
      ),
    staleTime: 0,
    gcTime: 0,
  });
}

/** How far it is; asked again until it is done. */
export function erasureQuery(workspace: string, erasure_id: string) {
  return queryOptions({
    queryKey: [workspace, "erasures", erasure_id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/erasures/{erasure_id}", { params: { path: { workspace, erasure_id } }, signal })),
    refetchInterval: (query) => (query.state.data?.state === "done" ? false : ASK_AGAIN_MS),
  });
}

/** Afterwards all that was read of this workspace is read again: nobody finds the person any more. */
export function useErase() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (person_id: number) =>
      unwrap(
        api.POST("/api/workspaces/{workspace}/people/{person_id}/erasure", {
          params: { path: { workspace, person_id } },
          body: { confirm: person_id },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: [workspace] }),
  });
}
