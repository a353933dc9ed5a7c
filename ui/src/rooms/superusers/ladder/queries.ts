// What does the page of the ladder read and change?
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { useWorkspace } from "@/shell/workspace";
import { isBusy } from "../ties/queries";

export type Ladder = Schemas["LadderBody"];
export type LadderStep = NonNullable<Ladder["result"]>["steps"][number];
export type Step = LadderStep["step"];
export type Criteria = Ladder["criteria"];
export type Criterion = Required<Schemas["LadderCriterion"]>;
export type Programme = Required<Schemas["LadderProgramme"]>;
export type ProgrammeWhole = Schemas["LadderProgrammeBody"];
export type Entry = Schemas["LadderEntryBody"];
export type Effect = Schemas["LadderEffectBody"];

export const STEPS: readonly Step[] = ["stranger", "user", "customer", "regular", "fan", "super_user"];
const PATH = "/api/workspaces/{workspace}/ladder";

/** Asked again every second while everybody is being placed. */
export function ladderQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "ladder"],
    queryFn: ({ signal }) => unwrap(api.GET(PATH, { params: { path: { workspace } }, signal })),
    refetchInterval: (query) => (isBusy(query.state.data?.work ?? null) ? 1_000 : 30_000),
  });
}

export function programmeQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "ladder", "programme"],
    queryFn: ({ signal }) => unwrap(api.GET(`${PATH}/programme`, { params: { path: { workspace } }, signal })),
  });
}

export function entriesQuery(workspace: string, state: Entry["state"]) {
  return queryOptions({
    queryKey: [workspace, "ladder", "entries", state],
    queryFn: ({ signal }) => unwrap(api.GET(`${PATH}/programme/people`, { params: { path: { workspace }, query: { state } }, signal })),
  });
}

export function effectQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "ladder", "effect"],
    queryFn: ({ signal }) => unwrap(api.GET(`${PATH}/programme/effect`, { params: { path: { workspace } }, signal })),
  });
}

function useRefreshed(): () => void {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return () => {
    for (const key of ["ladder", "tags"]) void client.invalidateQueries({ queryKey: [workspace, key] });
  };
}

export function usePlace() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({ mutationFn: () => unwrap(api.POST(`${PATH}/runs`, { params: { path: { workspace } } })), onSuccess: done });
}

export function useSaveCriteria() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (steps: Criteria | null) => unwrap(api.PUT(PATH, { params: { path: { workspace } }, body: { steps } })),
    onSuccess: done,
  });
}

export function useSaveProgramme() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (body: Programme) => unwrap(api.PUT(`${PATH}/programme`, { params: { path: { workspace } }, body })),
    onSuccess: done,
  });
}

export function useInvite() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: (people: number[]) =>
      unwrap(api.POST(`${PATH}/programme/invitations`, { params: { path: { workspace } }, body: { people } })),
    onSuccess: done,
  });
}

export function useAnswer() {
  const { slug: workspace } = useWorkspace();
  const done = useRefreshed();
  return useMutation({
    mutationFn: ({ person, answer }: { person: number; answer: "accepted" | "declined" }) =>
      unwrap(
        api.POST(`${PATH}/programme/people/{person_id}/answer`, { params: { path: { workspace, person_id: person } }, body: { answer } }),
      ),
    onSuccess: done,
  });
}
