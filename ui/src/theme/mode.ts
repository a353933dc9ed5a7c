// Light or dark? The person's choice, or the system's; kept in the browser and applied to <html data-theme>.
import { useSyncExternalStore } from "react";

export type Mode = "light" | "dark" | "system";
const KEY = "uems.theme";
const listeners = new Set<() => void>();
const system = window.matchMedia("(prefers-color-scheme: dark)");

function stored(): Mode {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system"; // a browser that forbids storage still gets a page
  }
}

let mode: Mode = stored();

function dark(): boolean {
  return mode === "dark" || (mode === "system" && system.matches);
}

function apply(): void {
  document.documentElement.dataset.theme = dark() ? "dark" : "light";
  for (const listener of listeners) listener();
}

system.addEventListener("change", apply);
// Chosen in another tab: this one follows.
window.addEventListener("storage", (event) => {
  if (event.key !== KEY) return;
  mode = stored();
  apply();
});

export function setMode(next: Mode): void {
  mode = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // the choice then lasts until the page is closed
  }
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useMode(): { mode: Mode; dark: boolean } {
  const current = useSyncExternalStore(subscribe, () => mode);
  const isDark = useSyncExternalStore(subscribe, dark);
  return { mode: current, dark: isDark };
}
