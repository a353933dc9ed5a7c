// What do all parts of the builder know? What is wrong where, what each part decides, and which part has just been added.
import { createContext, useContext } from "react";

import type en from "@/i18n/en/faults";
import type { Lack } from "../check";
import type { Kind } from "../condition";
import { isAt } from "../edit";
import type { PreviewPart } from "../queries";

/** Something wrong at a path: what is lacking, or what the server said of it. */
export interface Trouble {
  readonly path: string;
  readonly lack?: Lack;
  readonly said?: string;
  /** The server's word for what is wrong, with what belongs into the sentence. */
  readonly fault?: { readonly what: FaultWord; readonly told: Readonly<Record<string, string>> };
}

export type FaultWord = keyof typeof en.conditionFaults;

export interface Building {
  /** Id of a node → what is wrong there. */
  readonly troubles: ReadonlyMap<string, readonly Trouble[]>;
  /** Path → how many people it gives. */
  readonly parts: ReadonlyMap<string, PreviewPart>;
  /** The numbers are those of a condition that has changed since. */
  readonly stale: boolean;
  /** Remember a part that is to get the focus when it appears. */
  readonly expect: (id: string) => void;
  /** Say what is missing also where somebody is about to fill it in. */
  readonly insists: boolean;
  /** Whether this part has just been added. */
  readonly expected: (id: string) => boolean;
  /** The same, and forgets it. */
  readonly arrived: (id: string) => boolean;
  /** Kinds of conditions that cannot be asked here; none unless given. */
  readonly without?: readonly Kind[];
}

export const BuilderContext = createContext<Building | null>(null);

export function useBuilding(): Building {
  const building = useContext(BuilderContext);
  if (!building) throw new Error("useBuilding needs a builder above it");
  return building;
}

/** For a field of a body: is something wrong there? */
export function wrongIn(troubles: readonly Trouble[], body: string): (field: string) => boolean {
  return (field) => troubles.some((trouble) => isAt(trouble, body, field));
}

/** What every editor of a condition gets. */
export interface EditorProps<C> {
  readonly condition: C;
  readonly onChange: (next: C) => void;
  /** The path of its body, as the API's errors say it. */
  readonly body: string;
  readonly wrong: (field: string) => boolean;
}
