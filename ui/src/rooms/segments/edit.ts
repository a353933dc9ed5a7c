// How is a condition changed? Pure steps from one tree to the next; what does not change stays the same object.
import { freshId, innerGroups, join, pathsOf, type Condition, type Doing, type Group, type Part } from "./condition";

export function addPart(group: Group, part: Part): Group {
  return { ...group, parts: [...group.parts, part] };
}

export function replacePart(group: Group, index: number, part: Part): Group {
  return { ...group, parts: group.parts.map((each, i) => (i === index ? part : each)) };
}

export function removePart(group: Group, index: number): Group {
  return { ...group, parts: group.parts.filter((_, i) => i !== index) };
}

/** The part one place up (-1) or down (1); at the end it stays. */
export function movePart(group: Group, index: number, by: -1 | 1): Group {
  const to = index + by;
  const [one, other] = [group.parts[index], group.parts[to]];
  if (!one || !other) return group;
  return { ...group, parts: group.parts.map((each, i) => (i === index ? other : i === to ? one : each)) };
}

export function duplicatePart(group: Group, index: number): Group {
  const part = group.parts[index];
  if (!part) return group;
  return { ...group, parts: [...group.parts.slice(0, index + 1), refreshed(part), ...group.parts.slice(index + 1)] };
}

/** The part in a group of its own, joined the other way: what one wants when one asks for a group. */
export function wrapPart(group: Group, index: number): Group {
  const part = group.parts[index];
  if (!part) return group;
  const wrapped: Group = { id: freshId(), type: "group", not: false, join: group.join === "and" ? "or" : "and", parts: [part] };
  return replacePart(group, index, wrapped);
}

/** Whether the group inside can be dissolved without a change of meaning. */
export function canUnwrap(group: Group, index: number): boolean {
  const part = group.parts[index];
  return part?.type === "group" && !part.not && part.parts.length > 0 && (part.join === group.join || part.parts.length === 1);
}

export function unwrapPart(group: Group, index: number): Group {
  const part = group.parts[index];
  if (part?.type !== "group" || !canUnwrap(group, index)) return group;
  return { ...group, parts: [...group.parts.slice(0, index), ...part.parts, ...group.parts.slice(index + 1)] };
}

/** A copy whose nodes have ids of their own. */
export function refreshed<T extends Part>(part: T): T {
  const copy: Part =
    part.type === "group"
      ? { ...part, id: freshId(), parts: part.parts.map(refreshed) }
      : { ...part, id: freshId(), condition: refreshedCondition(part.condition) };
  return copy as T;
}

function refreshedDoing(doing: Doing): Doing {
  return doing.where ? { ...doing, where: refreshed(doing.where) } : doing;
}

function refreshedCondition(condition: Condition): Condition {
  if (condition.kind === "did" || condition.kind === "regular") return { ...condition, doing: refreshedDoing(condition.doing) };
  if (condition.kind === "sequence") {
    return { ...condition, steps: condition.steps.map(({ doing }) => ({ id: freshId(), doing: refreshedDoing(doing) })) };
  }
  return condition.kind === "related" && condition.who ? { ...condition, who: refreshed(condition.who) } : condition;
}

interface Placed {
  readonly path: string;
}

/** Every node with the path of what stands around it and of its body, the outermost first. */
export function walk(root: Part, outer = ""): { readonly part: Part; readonly outer: string; readonly body: string }[] {
  const { body } = pathsOf(root, outer);
  const inside =
    root.type === "group"
      ? root.parts.flatMap((part, i) => walk(part, `${body}[${i}]`))
      : innerGroups(root.condition, body).flatMap(({ group, path }) => walk(group, path));
  return [{ part: root, outer, body }, ...inside];
}

function reaches(path: string, start: string): boolean {
  if (!path.startsWith(start)) return false;
  const next = path[start.length];
  return start === "" || next === undefined || next === "." || next === "[";
}

/** Id of the node → what is wrong there: each problem belongs to the innermost node that its path leads into. */
export function placeProblems<P extends Placed>(root: Group, problems: readonly P[]): ReadonlyMap<string, readonly P[]> {
  const nodes = walk(root);
  const found = new Map<string, P[]>();
  for (const problem of problems) {
    const at = nodes.filter(({ outer }) => reaches(problem.path, outer)).at(-1) ?? nodes[0];
    if (at) found.set(at.part.id, [...(found.get(at.part.id) ?? []), problem]);
  }
  return found;
}

/** Whether a problem is at a field of a body, or inside of it. */
export function isAt(problem: Placed, body: string, field: string): boolean {
  return reaches(problem.path, join(body, field));
}

/** The id of the one condition in which two trees differ; null if it is another kind of change. */
export function onlyChange(one: Part, other: Part): string | null {
  if (one.id !== other.id || one.type !== other.type || one.not !== other.not) return null;
  if (one.type === "group" && other.type === "group") {
    if (one.join !== other.join || one.parts.length !== other.parts.length) return null;
    const changed = one.parts.flatMap((part, i) => {
      const next = other.parts[i];
      return next && next !== part ? [onlyChange(part, next)] : [];
    });
    return changed.length === 1 ? (changed[0] ?? null) : null;
  }
  if (one.type !== "leaf" || other.type !== "leaf" || one.condition.kind !== other.condition.kind) return null;
  const [before, after] = [innerGroups(one.condition, ""), innerGroups(other.condition, "")];
  const changed = before.flatMap(({ group }, i) => {
    const next = after[i]?.group;
    return next && next !== group ? [onlyChange(group, next)] : [];
  });
  if (before.length !== after.length || changed.includes(null)) return null;
  return changed[0] ?? one.id;
}
