// What does the inbox read and change?
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Conversation = Schemas["ConversationLine"];
export type Whole = Schemas["ConversationWhole"];
export type Entry = Schemas["ConversationEntry"];
export type Way = Schemas["AnswerWay"];
export type Change = Schemas["ConversationChange"];
export type Suggestion = Schemas["SuggestedAnswer"];
export type Snippet = Schemas["SnippetBody"];
export type Rules = Schemas["ConversationRules"];
export type Settings = Rules["settings"];
export type Quality = Schemas["ConnectionQuality"];
export type Group = Schemas["ConnectionGroup"];
export type Status = Conversation["status"];

export const STATUSES = ["waiting_us", "waiting_them", "open", "closed"] as const;
const HOME = "/api/workspaces/{workspace}";
const BASE = `${HOME}/conversations` as const;
const ONE = `${BASE}/{conversation_id}` as const;

export interface Asked {
  readonly status?: Status;
  readonly assignee?: string;
  readonly team?: string;
  readonly channel?: string;
  readonly text?: string;
  readonly person_id?: number;
}

export function conversationsQuery(workspace: string, asked: Asked) {
  return infiniteQueryOptions({
    queryKey: [workspace, "inbox", "list", asked],
    queryFn: ({ pageParam, signal }) => {
      const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== "" && value !== undefined));
      const query = { ...given, limit: 30, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET(BASE, { params: { path: { workspace }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}

export function conversationQuery(workspace: string, number: number) {
  return queryOptions({
    queryKey: [workspace, "inbox", "one", number],
    queryFn: ({ signal }) => unwrap(api.GET(ONE, { params: { path: { workspace, conversation_id: number } }, signal })),
    refetchInterval: 10_000,
  });
}

/** said: how much they said, so that what is suggested is asked anew when they say more. */
export function suggestionsQuery(workspace: string, number: number, said: number) {
  return queryOptions({
    queryKey: [workspace, "inbox", "suggestions", number, said],
    queryFn: ({ signal }) => unwrap(api.GET(`${ONE}/suggestions`, { params: { path: { workspace, conversation_id: number } }, signal })),
  });
}

export function snippetsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "inbox", "snippets"],
    queryFn: ({ signal }) => unwrap(api.GET(`${HOME}/snippets`, { params: { path: { workspace } }, signal })),
  });
}

export function rulesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "inbox", "rules"],
    queryFn: ({ signal }) => unwrap(api.GET(`${HOME}/conversation-settings`, { params: { path: { workspace } }, signal })),
  });
}

export function qualityQuery(workspace: string, month: string) {
  return queryOptions({
    queryKey: [workspace, "inbox", "quality", month],
    queryFn: ({ signal }) => unwrap(api.GET(`${HOME}/connection-quality`, { params: { path: { workspace }, query: { month } }, signal })),
    placeholderData: keepPreviousData,
  });
}

function useChange<In, Out>(change: (workspace: string, asked: In) => Promise<Out>) {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: In) => change(slug, asked),
    onSettled: () => client.invalidateQueries({ queryKey: [slug, "inbox"] }),
  });
}

export const useChangeConversation = () =>
  useChange((workspace, { number, change }: { readonly number: number; readonly change: Change }) =>
    unwrap(api.PATCH(ONE, { params: { path: { workspace, conversation_id: number } }, body: change })),
  );

interface Answering {
  readonly number: number;
  readonly text: string;
  readonly channel: string;
  readonly key: string;
  readonly snippet: string;
}

export const useAnswer = () =>
  useChange((workspace, { number, ...body }: Answering) =>
    unwrap(api.POST(`${ONE}/answers`, { params: { path: { workspace, conversation_id: number } }, body })),
  );

export const useTakeBack = () =>
  useChange((workspace, { number, message }: { readonly number: number; readonly message: number }) =>
    unwrap(api.DELETE(`${ONE}/answers/{number}`, { params: { path: { workspace, conversation_id: number, number: message } } })),
  );

export const useNote = () =>
  useChange((workspace, { number, text, key }: { readonly number: number; readonly text: string; readonly key: string }) =>
    unwrap(api.POST(`${ONE}/notes`, { params: { path: { workspace, conversation_id: number } }, body: { text, key } })),
  );

export const useBegin = () =>
  useChange((workspace, { person, key }: { readonly person: number; readonly key: string }) =>
    unwrap(api.POST(BASE, { params: { path: { workspace } }, body: { key, person: { person_id: person } } })),
  );

export const useSaveSnippet = () =>
  useChange((workspace, { key, name, zh, en }: Pick<Snippet, "key" | "name" | "zh" | "en">) =>
    unwrap(api.PUT(`${HOME}/snippets/{snippet}`, { params: { path: { workspace, snippet: key } }, body: { name, zh, en } })),
  );

export const useArchiveSnippet = () =>
  useChange((workspace, key: string) =>
    unwrap(api.DELETE(`${HOME}/snippets/{snippet}`, { params: { path: { workspace, snippet: key } } })),
  );

export const useSaveRules = () =>
  useChange((workspace, settings: Settings) =>
    unwrap(api.PUT(`${HOME}/conversation-settings`, { params: { path: { workspace } }, body: settings })),
  );

/** Tells one press of a button from the next. */
export const newKey = (): string => crypto.randomUUID();
