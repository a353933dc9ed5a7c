// What would the draft say? Asked a moment after the last change, and only when nothing is lacking.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { useDelayed } from "@/parts/useDelayed";
import type { Trouble } from "@/rooms/segments/builder/context";
import { useWorkspace } from "@/shell/workspace";
import { trialQuery, type TagTrial } from "../queries";
import { bodyOf, type Draft } from "./draft";
import { definitionLacks } from "./lacks";
import { refusedAt } from "@/rooms/segments/builder/faults";

export interface Trying {
  readonly state: "ready" | "asking" | "incomplete" | "failed" | "given";
  readonly trial: TagTrial | undefined;
  readonly error: unknown;
  /** What the server says is wrong, at its place. */
  readonly refused: readonly Trouble[];
}

export function useTrial(draft: Draft): Trying {
  const { slug } = useWorkspace();
  const given = draft.way === "manual" || draft.way === "imported" || draft.way === "model";
  const whole = useMemo(() => {
    const { own, inside } = definitionLacks(draft);
    return own.length === 0 && inside.length === 0;
  }, [draft]);
  // What it is called changes nothing of what it says.
  const text = useMemo(
    () => (whole && !given ? JSON.stringify({ ...bodyOf(draft), label: { zh: "-", en: "-" }, description: {}, owner: "" }) : ""),
    [draft, whole, given],
  );
  const settled = useDelayed(text, 450);
  const asked = text !== "" && settled === text;
  const query = useQuery({ ...trialQuery(slug, settled), enabled: asked });
  const refused = useMemo(() => (asked ? refusedAt(query.error) : []), [asked, query.error]);
  const state = (): Trying["state"] => {
    if (given) return "given";
    if (!whole || refused.length > 0) return "incomplete";
    if (!asked || query.isPending || query.isPlaceholderData) return "asking";
    return query.isError ? "failed" : "ready";
  };
  return { state: state(), trial: query.data, error: query.error, refused };
}
