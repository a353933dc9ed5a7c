// Which conditions on single events, or on people, does a filter of a spec hold? The tree of the builder, and back.
import { groupOf, type Group } from "@/rooms/segments/condition";
import { dump } from "@/rooms/segments/dump";
import { read, readFilter } from "@/rooms/segments/read";
import type { Json, Spec } from "../spec";

/** An empty group where there is none, null for one that the builder does not know. */
export function treeOf(filter: Json | undefined, of: "event" | "people" = "event"): Group | null {
  if (filter === undefined || filter === null) return groupOf([]);
  try {
    return of === "event" ? readFilter(filter) : read(filter);
  } catch {
    return null;
  }
}

export function filterOf(tree: Group): Spec | undefined {
  return tree.parts.length === 0 ? undefined : dump(tree);
}
