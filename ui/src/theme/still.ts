// May things move? Not for whoever asked their system for less motion.
import { useSyncExternalStore } from "react";

const system = window.matchMedia("(prefers-reduced-motion: reduce)");

function subscribe(listener: () => void): () => void {
  system.addEventListener("change", listener);
  return () => system.removeEventListener("change", listener);
}

/** Whether nothing may move. */
export function useStill(): boolean {
  return useSyncExternalStore(subscribe, () => system.matches);
}
