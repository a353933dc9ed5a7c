// What was the draft before? Steps back and forth; quick changes of one field, as in typing, are one step.
import { useCallback, useEffect, useReducer } from "react";

interface Story<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  readonly last: { readonly as: string; readonly at: number } | null;
}

/** `as`: the name of the field that is being typed in. */
type Step<T> =
  | { readonly do: "set"; readonly change: (old: T) => T; readonly at: number; readonly as: string | null }
  | { readonly do: "undo" }
  | { readonly do: "redo" };

const TYPING = 900;
const KEPT = 200;

export function begin<T>(present: T): Story<T> {
  return { past: [], present, future: [], last: null };
}

export function tell<T>(story: Story<T>, step: Step<T>): Story<T> {
  const { past, present, future, last } = story;
  if (step.do === "undo") {
    const before = past.at(-1);
    return before === undefined ? story : { past: past.slice(0, -1), present: before, future: [present, ...future], last: null };
  }
  if (step.do === "redo") {
    const [after, ...rest] = future;
    return after === undefined ? story : { past: [...past, present], present: after, future: rest, last: null };
  }
  const next = step.change(present);
  if (next === present) return story;
  const goesOn = step.as !== null && last?.as === step.as && step.at - last.at < TYPING;
  return {
    past: goesOn ? past : [...past, present].slice(-KEPT),
    present: next,
    future: [],
    last: step.as === null ? null : { as: step.as, at: step.at },
  };
}

export interface Told<T> {
  readonly story: Story<T>;
  readonly set: (change: (old: T) => T, as?: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
}

/** By the buttons, or by Ctrl-Z and Ctrl-Shift-Z wherever the focus is. */
export function useStory<T>(start: T): Told<T> {
  const [story, dispatch] = useReducer(tell<T>, start, begin<T>);
  const set = useCallback((change: (old: T) => T, as?: string) => dispatch({ do: "set", change, at: Date.now(), as: as ?? null }), []);
  const undo = useCallback(() => dispatch({ do: "undo" }), []);
  const redo = useCallback(() => dispatch({ do: "redo" }), []);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const letter = event.key.toLowerCase();
      if (letter !== "z" && letter !== "y") return;
      event.preventDefault();
      if (letter === "y" || event.shiftKey) redo();
      else undo();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [undo, redo]);
  return { story, set, undo, redo };
}
