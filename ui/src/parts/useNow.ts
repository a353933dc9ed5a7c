// What time is it for "3 minutes ago"? One clock for the whole page, ticking twice a minute.
import { useMemo, useSyncExternalStore } from "react";

const TICK_MS = 30_000;
const QUARTER_MS = 900_000;

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present; never older than the value shown, so that fresh rows never read as "in 3 seconds". */
export function useNow(): number {
  return useSyncExternalStore(subscribe, shown);
}

function shown(): number {
  // Nobody was looking, so the clock stood still.
  if (timer === undefined && Date.now() - now > TICK_MS) now = Date.now();
  return now;
}

/** The beginning of this quarter of an hour, as days begin with one in every zone: what goes by today changes with the day alone. */
export function useQuarter(): Date {
  const quarter = Math.floor(useNow() / QUARTER_MS);
  return useMemo(() => new Date(quarter * QUARTER_MS), [quarter]);
}

export function touchNow(): void {
  now = Date.now();
}
