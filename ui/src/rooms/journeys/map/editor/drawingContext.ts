// What do all parts of the editor share? The draft, how it is changed, what it lacks, and what is being dragged.
import { createContext, use } from "react";

import type { Draft, Lack } from "./draft";

export interface Drawing {
  readonly draft: Draft;
  /** `as`: the field that is typed in, so that a word is one step back. */
  readonly set: (change: (draft: Draft) => Draft, as?: string) => void;
  /** Empty until saving was tried. */
  readonly lacks: readonly { readonly kind: Lack; readonly key: string }[];
  /** Key of the touchpoint that is dragged. */
  readonly dragged: string | null;
  readonly drag: (key: string | null) => void;
}

export const DrawingContext = createContext<Drawing | null>(null);

export function useDrawing(): Drawing {
  const drawing = use(DrawingContext);
  if (!drawing) throw new Error("a part of the editor is drawn outside of it");
  return drawing;
}
