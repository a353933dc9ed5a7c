// What was the condition before? Steps back and forth; quick changes of one field, as in typing, are one step.
import type { Group } from "./condition";
import { onlyChange } from "./edit";

export interface Story {
  readonly past: readonly Group[];
  readonly present: Group;
  readonly future: readonly Group[];
  /** Which condition was changed last, and when in milliseconds. */
  readonly last: { readonly id: string; readonly at: number } | null;
}

/** `as`: the name of what is being typed in, where that is not one condition of the tree. */
export type Step =
  | { readonly do: "set"; readonly root: Group; readonly at: number; readonly as?: string }
  | { readonly do: "undo" }
  | { readonly do: "redo" };

const TYPING = 900;
const KEPT = 200;

export function begin(root: Group): Story {
  return { past: [], present: root, future: [], last: null };
}

export function tell(story: Story, step: Step): Story {
  const { past, present, future } = story;
  if (step.do === "undo") {
    const before = past.at(-1);
    return before ? { past: past.slice(0, -1), present: before, future: [present, ...future], last: null } : story;
  }
  if (step.do === "redo") {
    const [after, ...rest] = future;
    return after ? { past: [...past, present], present: after, future: rest, last: null } : story;
  }
  if (step.root === present) return story;
  const id = step.as ?? onlyChange(present, step.root);
  const goesOn = id !== null && story.last?.id === id && step.at - story.last.at < TYPING;
  return {
    past: goesOn ? past : [...past, present].slice(-KEPT),
    present: step.root,
    future: [],
    last: id === null ? null : { id, at: step.at },
  };
}
