// What do the pages of messages, templates and restraints read and change?
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Message = Schemas["MessageBody"];
export type WholeMessage = Schemas["WholeMessage"];
export type MessageState = Message["state"];
export type Template = Schemas["MessageTemplate"];
export type TemplateSpec = Schemas["TemplateSpec"];
export type TemplateDraft = Schemas["TemplateDraft"];
/** What the server answers is whole, also where a request may leave something out. */
type Full<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]-?: Full<Exclude<T[K], undefined>> } : T;

export type Topic = Full<Schemas["TopicBody"]>;
export type Restraints = Full<Schemas["Restraints"]>;
export type Channel = Schemas["ChannelBody"];
export type Consent = Schemas["ConsentBody"];
export type Suppression = Schemas["SuppressionBody"];

const BASE = "/api/workspaces/{workspace}";

export interface MessageFilter {
  readonly state?: MessageState | undefined;
  readonly channel?: string | undefined;
  readonly template_id?: string | undefined;
  /** Of a campaign by its key, or of a flow by its number. */
  readonly origin_id?: string | undefined;
  readonly person_id?: number | undefined;
}

export function messagesQuery(workspace: string, filter: MessageFilter) {
  return infiniteQueryOptions({
    queryKey: [workspace, "messages", "list", filter],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...given(filter), ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${BASE}/messages`, { params: { path: { workspace }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}

function given(filter: MessageFilter): Partial<Record<keyof MessageFilter, never>> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== ""));
}

export function messageQuery(workspace: string, number: number) {
  return queryOptions({
    queryKey: [workspace, "messages", "one", number],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/messages/{number}`, { params: { path: { workspace, number } }, signal })),
    refetchInterval: 15_000,
  });
}

export function personOutreachQuery(workspace: string, person_id: number) {
  return queryOptions({
    queryKey: [workspace, "messages", "person", person_id],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/people/{person_id}/outreach`, { params: { path: { workspace, person_id } }, signal })),
  });
}

export function templatesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "templates", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/templates`, { params: { path: { workspace } }, signal })),
  });
}

export function templateQuery(workspace: string, template_id: string) {
  return queryOptions({
    queryKey: [workspace, "templates", "one", template_id],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/templates/{template_id}`, { params: { path: { workspace, template_id } }, signal })),
    refetchOnWindowFocus: false,
  });
}

/** What a template would say; asked by its text, so that the same draft is the same question. */
export function previewQuery(workspace: string, body: string) {
  return queryOptions({
    queryKey: [workspace, "templates", "preview", body],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST(`${BASE}/template-preview`, {
          params: { path: { workspace } },
          body: JSON.parse(body) as Schemas["TemplateTrial"],
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
}

export function topicsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "outreach", "topics"],
    queryFn: async ({ signal }) => {
      const { items } = await unwrap(api.GET(`${BASE}/topics`, { params: { path: { workspace } }, signal }));
      return { items: items as Topic[] };
    },
  });
}

export function restraintsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "outreach", "restraints"],
    queryFn: async ({ signal }) => {
      const { restraints, version } = await unwrap(api.GET(`${BASE}/restraints`, { params: { path: { workspace } }, signal }));
      return { restraints: restraints as Restraints, version };
    },
    refetchOnWindowFocus: false,
  });
}

export function channelsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "outreach", "channels"],
    queryFn: ({ signal }) => unwrap(api.GET(`${BASE}/channels`, { params: { path: { workspace } }, signal })),
  });
}

export function suppressionsQuery(workspace: string, search: string) {
  return infiniteQueryOptions({
    queryKey: [workspace, "outreach", "suppressions", search],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...(search ? { search } : {}), ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(`${BASE}/suppressions`, { params: { path: { workspace }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** A change of this room, after which what it touches is read anew. */
function useChange<In, Out>(touched: string, change: (workspace: string, given: In) => Promise<Out>) {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: In) => change(workspace, given),
    onSuccess: () => void client.invalidateQueries({ queryKey: [workspace, touched] }),
  });
}

export const useSaveTemplate = () =>
  useChange("templates", (workspace, { template_id, ...body }: TemplateDraft & { readonly template_id: string }) =>
    unwrap(api.PUT(`${BASE}/templates/{template_id}`, { params: { path: { workspace, template_id } }, body })),
  );

export const useArchiveTemplate = () =>
  useChange("templates", (workspace, template_id: string) =>
    unwrap(api.DELETE(`${BASE}/templates/{template_id}`, { params: { path: { workspace, template_id } } })),
  );

export const useTestTemplate = () =>
  useChange("messages", (workspace, { template_id, person_id }: { readonly template_id: string; readonly person_id: number }) =>
    unwrap(
      api.POST(`${BASE}/templates/{template_id}/test`, {
        params: { path: { workspace, template_id } },
        body: { to: { person_id, kind: "", value: "" }, context: {} },
      }),
    ),
  );

export const useSaveTopic = () =>
  useChange("outreach", (workspace, { key, ...body }: Topic) =>
    unwrap(api.PUT(`${BASE}/topics/{topic}`, { params: { path: { workspace, topic: key } }, body })),
  );

export const useArchiveTopic = () =>
  useChange("outreach", (workspace, topic: string) =>
    unwrap(api.DELETE(`${BASE}/topics/{topic}`, { params: { path: { workspace, topic } } })),
  );

export const useSaveRestraints = () =>
  useChange("outreach", (workspace, body: Schemas["RestraintsDraft"]) =>
    unwrap(api.PUT(`${BASE}/restraints`, { params: { path: { workspace } }, body })),
  );

export const useSaveChannel = () =>
  useChange("outreach", (workspace, { key, ...body }: Schemas["ChannelDraft"] & { readonly key: string }) =>
    unwrap(api.PUT(`${BASE}/channels/{channel}`, { params: { path: { workspace, channel: key } }, body })),
  );

export const useSuppress = () =>
  useChange("outreach", (workspace, body: Schemas["SuppressionDraft"]) =>
    unwrap(api.POST(`${BASE}/suppressions`, { params: { path: { workspace } }, body })),
  );

export const useRelease = () =>
  useChange("outreach", (workspace, { channel, address }: Suppression) =>
    unwrap(api.DELETE(`${BASE}/suppressions/{channel}`, { params: { path: { workspace, channel }, query: { address } } })),
  );
