// What was done to the condition, and how does one go back? By the buttons, or by Ctrl-Z and Ctrl-Shift-Z wherever the focus is.
import { useCallback, useEffect, useReducer } from "react";

import type { Group } from "../condition";
import { begin, tell, type Story } from "../history";

interface Told {
  readonly story: Story;
  readonly set: (root: Group, as?: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
}

export function useStory(start: Group): Told {
  const [story, dispatch] = useReducer(tell, start, begin);
  const set = useCallback((root: Group, as?: string) => dispatch({ do: "set", root, at: Date.now(), ...(as ? { as } : {}) }), []);
  const undo = useCallback(() => dispatch({ do: "undo" }), []);
  const redo = useCallback(() => dispatch({ do: "redo" }), []);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const letter = event.key.toLowerCase();
      if (letter !== "z" && letter !== "y") return;
      // The name and the description have an undo of their own.
      const inside = event.target instanceof Element && event.target.closest("[data-own-undo]");
      if (inside) return;
      event.preventDefault();
      if (letter === "y" || event.shiftKey) redo();
      else undo();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [undo, redo]);
  return { story, set, undo, redo };
}
