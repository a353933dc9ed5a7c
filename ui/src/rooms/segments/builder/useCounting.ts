// How many people does the condition give? Asked a moment after the last change, and only when it is whole.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { asApiError } from "@/api/errors";
import { useDelayed } from "@/parts/useDelayed";
import { useWorkspace } from "@/shell/workspace";
import { check, type Problem } from "../check";
import type { Group } from "../condition";
import { dump } from "../dump";
import { walk } from "../edit";
import { previewQuery, type Preview } from "../queries";
import type { Trouble } from "./context";
import { faultOf, refusedAt } from "./faults";
import type { PreviewState } from "./PreviewPanel";

interface Counting {
  readonly state: PreviewState;
  readonly preview: Preview | undefined;
  readonly error: unknown;
  readonly lacks: readonly Problem[];
  /** What the server says is wrong, at its place. */
  readonly refused: readonly Trouble[];
}

/** Where an answer of the server says that something is wrong; none for errors that have no place in the condition. */
export function troublesOf(error: unknown, root: Group): readonly Trouble[] {
  if (!error) return [];
  const { code, message, details } = asApiError(error);
  if (code !== "bad_filter" || typeof details.path === "string") return refusedAt(error);
  // A segment that is not there, or leads back to this one, is named by its key.
  const named = walk(root).find(
    ({ part }) => part.type === "leaf" && part.condition.kind === "segment" && part.condition.key === details.segment,
  );
  return [{ path: named?.body ?? "", said: message, ...faultOf(details) }];
}

export function useCounting(root: Group, readable: boolean): Counting {
  const { slug } = useWorkspace();
  const lacks = useMemo(() => check(root), [root]);
  const text = useMemo(() => JSON.stringify(dump(root)), [root]);
  const settled = useDelayed(text, 350);
  const whole = lacks.length === 0 && readable;
  const query = useQuery({ ...previewQuery(slug, settled), enabled: whole && settled === text, placeholderData: keepPreviousData });
  const refused = useMemo(
    () => (whole && settled === text ? troublesOf(query.error, root) : []),
    [whole, settled, text, query.error, root],
  );
  const state = (): PreviewState => {
    if (!readable) return "unreadable";
    if (!whole || refused.length > 0) return "incomplete";
    if (settled !== text || query.isPlaceholderData || query.isPending) return "asking";
    return query.isError ? "failed" : "ready";
  };
  return { state: state(), preview: query.data, error: query.error, lacks, refused };
}
