// What was the draft before? Steps back and forth; quick changes of one field, as in typing, are one step.
import { useCallback, useEffect, useReducer } from "react";

export interface Story<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** Which field was changed last, and when in milliseconds. */
  readonly last: { readonly as: string; readonly at: number } | null;
}

/** `as`: the name of the field that is being typed in, or how two drafts tell it; null for a step of its own. */
export type Step<T> =
  | {
      readonly do: "set";
      readonly change: (old: T) => T;
      readonly at: number;
      readonly as: string | ((old: T, next: T) => string | null) | null;
    }
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
  const as = typeof step.as === "function" ? step.as(present, next) : step.as;
  const goesOn = as !== null && last?.as === as && step.at - last.at < TYPING;
  return {
    past: goesOn ? past : [...past, present].slice(-KEPT),
    present: next,
    future: [],
    last: as === null ? null : { as, at: step.at },
  };
}

/** The path to the one text or number in which two drafts differ; null if they differ in more, or in something else. */
export function onlyField(one: unknown, other: unknown): string | null {
  if (typeof one === "string" || typeof one === "number" || typeof other === "string" || typeof other === "number") return "";
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return null;
  const before = new Map<string, unknown>(Object.entries(one));
  const after = Object.entries(other);
  if (after.length !== before.size || after.some(([key]) => !before.has(key))) return null;
  const [changed, another] = after.filter(([key, value]) => value !== before.get(key));
  if (changed === undefined || another !== undefined) return null;
  const inside = onlyField(before.get(changed[0]), changed[1]);
  return inside === null ? null : `${changed[0]}.${inside}`;
}

export interface Told<T> {
  readonly story: Story<T>;
  readonly set: (change: (old: T) => T, as?: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
}

/**
 * By the buttons, or by Ctrl-Z and Ctrl-Shift-Z wherever the focus is; not in a field that is marked with data-own-undo.
 * `asOf`: the field in which two drafts differ, where a change does not name it.
 */
export function useStory<T>(start: T, asOf?: (old: T, next: T) => string | null): Told<T> {
  const [story, dispatch] = useReducer(tell<T>, start, begin<T>);
  const set = useCallback(
    (change: (old: T) => T, as?: string) => dispatch({ do: "set", change, at: Date.now(), as: as ?? asOf ?? null }),
    [asOf],
  );
  const undo = useCallback(() => dispatch({ do: "undo" }), []);
  const redo = useCallback(() => dispatch({ do: "redo" }), []);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const letter = event.key.toLowerCase();
      if (letter !== "z" && letter !== "y") return;
      if (event.target instanceof Element && event.target.closest("[data-own-undo]")) return;
      event.preventDefault();
      if (letter === "y" || event.shiftKey) redo();
      else undo();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [undo, redo]);
  return { story, set, undo, redo };
}
