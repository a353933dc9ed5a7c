// Who is signed in? One query for the whole page; signing in and out change it and nothing else.
import { queryOptions, useMutation, useQuery, useQueryClient, type UseMutationResult } from "@tanstack/react-query";

import { api, setCsrfToken, unwrap } from "@/api/client";
import { asApiError } from "@/api/errors";
import type { Session } from "@/api/contract";

async function readSession(): Promise<Session | null> {
  try {
    const { account, csrf_token, workspaces } = await unwrap(api.GET("/api/session"));
    if (!account || csrf_token === null) return null;
    setCsrfToken(csrf_token);
    return { account, csrf_token, workspaces };
  } catch (error) {
    if (asApiError(error).status === 401) return null;
    throw error;
  }
}

export const sessionQuery = queryOptions({ queryKey: ["session"], queryFn: readSession, staleTime: 5 * 60_000 });

export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error("useSession needs a signed-in page above it");
  return data;
}

export function useLogin(): UseMutationResult<unknown, Error, { email: string; password: string }> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: { email: string; password: string }) => {
      await unwrap(api.POST("/api/login", { body }));
      client.setQueryData(sessionQuery.queryKey, await readSession());
    },
  });
}

export function useLogout(): UseMutationResult<unknown, Error, void> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/logout")),
    onSettled: () => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, null);
    },
  });
}
