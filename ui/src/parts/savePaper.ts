// How does a paper that the server makes come to whoever asked for it? As a file that the browser keeps.
import { csrf } from "@/api/client";
import { toApiError } from "@/api/errors";

/** `body`: what the paper is asked for with; `name`: of the file, without its ending. Throws an `ApiError`. */
export async function savePaper(address: string, body: unknown, name: string): Promise<void> {
  const answer = await fetch(address, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRF-Token": csrf(), "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw toApiError(answer.status, await answer.json().catch(() => undefined));
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name.replace(/[\\/:*?"<>|]+/g, " ").trim() || "paper"}.pdf`;
  link.click();
  URL.revokeObjectURL(url);
}
