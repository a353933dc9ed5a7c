// How far is a question that is followed? The share that its stream told last, kept beside the answer under a key of its own.
import { queryOptions, skipToken, type QueryClient, type QueryKey } from "@tanstack/react-query";

import { follow } from "@/api/follow";

function farKey(question: QueryKey): QueryKey {
  return ["how far", ...question];
}

/** From 0 to 1; 0 also where nothing is told. */
export function farQuery(question: QueryKey) {
  return queryOptions<number>({ queryKey: farKey(question), queryFn: skipToken, initialData: 0, staleTime: Infinity });
}

/** The answer at the end of a stream; meanwhile `farQuery` of the same question tells how far it is. */
export async function followed<T>(
  client: QueryClient,
  question: QueryKey,
  ask: () => Promise<ReadableStream<Uint8Array> | null | undefined>,
): Promise<T> {
  const far = (share: number): void => void client.setQueryData(farKey(question), share);
  far(0);
  return await follow<T>(await ask(), far);
}
