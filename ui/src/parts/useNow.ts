// What time is it for "3 minutes ago"? One clock for the whole page, ticking twice a minute.
import { useSyncExternalStore } from "react";

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 30_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present; never older than the value shown, so that fresh rows never read as "in 3 seconds". */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

export function touchNow(): void {
  now = Date.now();
}
