// How does a page use the SDK with one script tag? Options are attributes; calls made before it is there wait in a list.
import { load } from "./client";
import type { Client, Options } from "./types";

type Call = [keyof Client, ...unknown[]];

const tag = document.currentScript as HTMLScriptElement | null;
const said = tag?.dataset ?? {};
if (said.writeKey) {
  const options: Options = { writeKey: said.writeKey, host: said.host ?? new URL(tag?.src ?? location.href).origin };
  if (said.consent === "required") options.consent = "required";
  if (said.autocapture === "false") options.autocapture = false;
  if (said.hashRouting !== undefined) options.hashRouting = true;
  const target = window as Window & { uems?: unknown };
  const early = Array.isArray(target.uems) ? (target.uems as Call[]) : [];
  const client = load(options);
  const push = (...calls: Call[]) => calls.forEach(([name, ...given]) => (client[name] as (...all: unknown[]) => unknown)(...given));
  target.uems = { ...client, push };
  push(...early);
} else {
  console.warn("uems: the script tag needs data-write-key");
}
