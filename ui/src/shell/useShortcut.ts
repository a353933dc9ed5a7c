import { useEffect, useRef } from "react";

/** Runs `action` on Ctrl or ⌘ with the given letter, wherever the focus is. */
export function useShortcut(letter: string, action: () => void): void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === letter) {
        event.preventDefault();
        latest.current();
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [letter]);
}
