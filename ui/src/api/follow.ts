// How far is the answer? Reads a stream of server-sent events: shares of what is done, and at the end the answer or what went wrong.
import { toApiError } from "./errors";

export interface Told {
  readonly event: string;
  readonly data: unknown;
}

/** The whole events in a text, and what is left of the one that has only begun. */
export function readEvents(text: string): { readonly told: readonly Told[]; readonly rest: string } {
  const blocks = text.split("\n\n");
  const rest = blocks.pop() ?? "";
  const told = blocks.flatMap((block): Told[] => {
    const field = (name: string): string =>
      block
        .split("\n")
        .filter((line) => line.startsWith(`${name}: `))
        .map((line) => line.slice(name.length + 2))
        .join("\n");
    const data = field("data");
    return data === "" ? [] : [{ event: field("event"), data: JSON.parse(data) as unknown }];
  });
  return { told, rest };
}

/** The answer at the end of a stream; ``onProgress`` hears shares from 0 to 1. Throws what went wrong. */
export async function follow<T>(stream: ReadableStream<Uint8Array> | null | undefined, onProgress: (share: number) => void): Promise<T> {
  const reader = stream?.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = "";
  for (;;) {
    const part = await reader?.read();
    // A connection that breaks off is none that answered.
    if (part === undefined || part.done) throw new TypeError("the connection ended before the answer");
    const { told, rest } = readEvents(text + part.value);
    text = rest;
    for (const { event, data } of told) {
      if (event === "progress" && typeof data === "number") onProgress(data);
      if (event === "answer") return data as T;
      if (event === "error") {
        const { status } = data as { readonly status?: number };
        throw toApiError(status ?? 500, data);
      }
    }
  }
}
