// What do the pages of co-creation read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";

export type Idea = Schemas["IdeaBody"];
export type IdeaState = Idea["state"];
export type IdeaAnswer = Schemas["IdeaAnswer"];
export type Voice = Schemas["VoiceBody"];
export type Group = Schemas["BetaGroupBody"];
export type Member = Schemas["BetaMemberBody"];
export type AdvocateRecord = Schemas["AdvocateRecord"];
export type How = Schemas["ThanksPost"]["how"];

const HOME = "/api/workspaces/{workspace}";
const GROUP = `${HOME}/beta-groups/{key}` as const;
const ADVOCATE = `${HOME}/advocates/{person_id}` as const;

export function ideasQuery(workspace: string, state: IdeaState | null) {
  return queryOptions({
    queryKey: [workspace, "cocreation", "ideas", state],
    queryFn: ({ signal }) => unwrap(api.GET(`${HOME}/ideas`, { params: { path: { workspace }, query: state ? { state } : {} }, signal })),
  });
}

export function voicesQuery(workspace: string, quotable: boolean) {
  return queryOptions({
    queryKey: [workspace, "cocreation", "voices", quotable],
    queryFn: ({ signal }) => unwrap(api.GET(`${HOME}/voices`, { params: { path: { workspace }, query: { quotable } }, signal })),
  });
}

export function groupsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "cocreation", "groups"],
    queryFn: ({ signal }) => unwrap(api.GET(`${HOME}/beta-groups`, { params: { path: { workspace } }, signal })),
  });
}

export function membersQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "cocreation", "members", key],
    queryFn: ({ signal }) => unwrap(api.GET(`${GROUP}/members`, { params: { path: { workspace, key } }, signal })),
  });
}

export function recordQuery(workspace: string, person: number) {
  return queryOptions({
    queryKey: [workspace, "cocreation", "record", person],
    queryFn: ({ signal }) => unwrap(api.GET(ADVOCATE, { params: { path: { workspace, person_id: person } }, signal })),
  });
}

function useChange<In, Out>(change: (workspace: string, asked: In) => Promise<Out>) {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: In) => change(slug, asked),
    onSuccess: () => client.invalidateQueries({ queryKey: [slug, "cocreation"] }),
  });
}

const user = (value: string) => ({ kind: "user_id", value });

export const usePostIdea = () =>
  useChange((workspace, { title, text, author }: { readonly title: string; readonly text: string; readonly author: string }) =>
    unwrap(api.POST(`${HOME}/ideas`, { params: { path: { workspace } }, body: { title, text, user: author ? user(author) : null } })),
  );

export const useAnswerIdea = (idea: number) =>
  useChange(
    (
      workspace,
      { state, answer, credited }: { readonly state: IdeaState; readonly answer: string; readonly credited: readonly string[] },
    ) =>
      unwrap(
        api.PUT(`${HOME}/ideas/{idea_id}/answer`, {
          params: { path: { workspace, idea_id: idea } },
          body: { state, answer, credited: credited.map(user) },
        }),
      ),
  );

export interface NewVoice {
  readonly author: string;
  readonly kind: Voice["kind"];
  readonly text: string;
  readonly consent: string;
}

export const useAddVoice = () =>
  useChange((workspace, { author, kind, text, consent }: NewVoice) =>
    unwrap(
      api.POST(`${HOME}/voices`, {
        params: { path: { workspace } },
        body: { user: user(author), kind, title: "", text, consent_note: consent },
      }),
    ),
  );

export const useConsent = () =>
  useChange((workspace, { voice, given, note }: { readonly voice: number; readonly given: boolean; readonly note: string }) =>
    unwrap(api.POST(`${HOME}/voices/{voice_id}/consent`, { params: { path: { workspace, voice_id: voice } }, body: { given, note } })),
  );

export const useSaveGroup = () =>
  useChange((workspace, { key, name }: { readonly key: string; readonly name: string }) =>
    unwrap(api.PUT(GROUP, { params: { path: { workspace, key } }, body: { name, description: "" } })),
  );

export const useTurnMember = (key: string) =>
  useChange((workspace, { member, state }: { readonly member: string; readonly state: Member["state"] }) =>
    unwrap(api.POST(`${GROUP}/members`, { params: { path: { workspace, key } }, body: { user: user(member), state } })),
  );

export const useThank = (person: number) =>
  useChange((workspace, { how, text }: { readonly how: How; readonly text: string }) =>
    unwrap(api.POST(`${ADVOCATE}/thanks`, { params: { path: { workspace, person_id: person } }, body: { how, what_for: text } })),
  );
