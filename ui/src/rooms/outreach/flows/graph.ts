// How is a graph changed, and where is each node drawn? Pure functions; every change gives a new graph.
import type { Graph, GraphNode, Kind } from "./queries";

export const WIDTH = 216;
export const HEIGHT = 66;
const GAP_X = 36;
const GAP_Y = 64;

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** An id that no node has: the kind with a number. */
export function freshId(graph: Graph, kind: string): string {
  const taken = new Set(graph.nodes.map((node) => node.id));
  for (let number = 1; ; number += 1) {
    const id = `${kind}_${number}`;
    if (!taken.has(id)) return id;
  }
}

/** A new node; with `after` it is put between that way out and whatever came behind it. */
export function addNode(graph: Graph, kind: Kind, after: { readonly source: string; readonly way: string } | null, at?: Place): Graph {
  const id = freshId(graph, kind.key);
  const node: GraphNode = { id, type: kind.key, config: { ...kind.sample }, name: "", x: at?.x ?? null, y: at?.y ?? null };
  const next = { ...graph, nodes: [...graph.nodes, node] };
  const through = kind.ways[0];
  if (after === null) {
    if (graph.start !== "" && graph.nodes.length > 0) return next;
    return { ...next, start: id };
  }
  const known = after.source === "" ? graph.start : targetOf(graph, after.source, after.way);
  const before = after.source === "" ? { ...next, start: id } : connect(next, after.source, after.way, id);
  return known && through !== undefined ? connect(before, id, through, known) : before;
}

export function targetOf(graph: Graph, source: string, way: string): string | null {
  return graph.edges.find((edge) => edge.source === source && edge.way === way)?.target ?? null;
}

/** Let a way lead to a node; `null` cuts it. The source "" is the entry. */
export function connect(graph: Graph, source: string, way: string, target: string | null): Graph {
  if (source === "") return { ...graph, start: target ?? "" };
  const edges = graph.edges.filter((edge) => edge.source !== source || edge.way !== way);
  return { ...graph, edges: target === null ? edges : [...edges, { source, way, target }] };
}

/** Take a node out; where it has one way on, whatever led to it leads there. */
export function removeNode(graph: Graph, id: string): Graph {
  const onward = graph.edges.filter((edge) => edge.source === id && edge.target !== id);
  const target = onward.length === 1 ? (onward[0]?.target ?? null) : null;
  const edges = graph.edges
    .filter((edge) => edge.source !== id)
    .flatMap((edge) => (edge.target !== id ? [edge] : target === null ? [] : [{ ...edge, target }]));
  return {
    ...graph,
    start: graph.start === id ? (target ?? "") : graph.start,
    nodes: graph.nodes.filter((node) => node.id !== id),
    edges,
  };
}

export function changeNode(graph: Graph, id: string, change: Partial<GraphNode>): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)) };
}

/** Only the edges whose way still exists: what a changed config leaves behind. */
export function withoutWays(graph: Graph, id: string, ways: readonly string[]): Graph {
  return { ...graph, edges: graph.edges.filter((edge) => edge.source !== id || ways.includes(edge.way)) };
}

/** Every node in rows below each other, each below whatever leads to it; loops back do not push down. */
export function layOut(graph: Graph): ReadonlyMap<string, Place> {
  const depth = depths(graph);
  const rows = new Map<number, string[]>();
  for (const node of order(graph)) {
    const row = depth.get(node) ?? 0;
    rows.set(row, [...(rows.get(row) ?? []), node]);
  }
  const places = new Map<string, Place>();
  for (const [row, nodes] of [...rows].sort(([a], [b]) => a - b)) {
    const wanted = nodes.map((node) => ({ node, x: middleOf(graph, node, places) }));
    wanted.sort((a, b) => a.x - b.x);
    const width = WIDTH + GAP_X;
    const middle = wanted.reduce((sum, each) => sum + each.x, 0) / Math.max(1, wanted.length);
    let least = middle - ((wanted.length - 1) * width) / 2;
    for (const { node, x } of wanted) {
      const at = Math.max(least, wanted.length === 1 ? x : least);
      places.set(node, { x: at, y: row * (HEIGHT + GAP_Y) });
      least = at + width;
    }
  }
  return places;
}

/** Below the middle of what leads to it; siblings beside each other in the order of the ways. */
function middleOf(graph: Graph, id: string, places: ReadonlyMap<string, Place>): number {
  const from = graph.edges.flatMap((edge) => {
    const place = edge.target === id ? places.get(edge.source) : undefined;
    if (place === undefined) return [];
    const siblings = graph.edges.filter((each) => each.source === edge.source);
    return [place.x + (siblings.indexOf(edge) - (siblings.length - 1) / 2) * (WIDTH + GAP_X)];
  });
  return from.length === 0 ? 0 : from.reduce((sum, x) => sum + x, 0) / from.length;
}

/** Nodes as they are met from the start, then those that nothing leads to. */
function order(graph: Graph): readonly string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const visit = (id: string): void => {
    if (seen.has(id) || !graph.nodes.some((node) => node.id === id)) return;
    seen.add(id);
    found.push(id);
    for (const edge of graph.edges) if (edge.source === id) visit(edge.target);
  };
  visit(graph.start);
  for (const node of graph.nodes) visit(node.id);
  return found;
}

function depths(graph: Graph): ReadonlyMap<string, number> {
  const depth = new Map<string, number>();
  const path = new Set<string>();
  const visit = (id: string, at: number): void => {
    if (path.has(id) || (depth.get(id) ?? -1) >= at) return;
    depth.set(id, at);
    path.add(id);
    for (const edge of graph.edges) if (edge.source === id) visit(edge.target, at + 1);
    path.delete(id);
  };
  visit(graph.start, 0);
  for (const node of graph.nodes) if (!depth.has(node.id)) visit(node.id, 0);
  return depth;
}

/** Where each node is drawn: where somebody put it, else where the layout has it. */
export function placesOf(graph: Graph): ReadonlyMap<string, Place> {
  const laid = layOut(graph);
  return new Map(
    graph.nodes.map((node) => [
      node.id,
      typeof node.x === "number" && typeof node.y === "number" ? { x: node.x, y: node.y } : (laid.get(node.id) ?? { x: 0, y: 0 }),
    ]),
  );
}

/** Forget where somebody put nodes. */
export function tidied(graph: Graph): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, x: null, y: null })) };
}

export const EMPTY: Graph = {
  entry: { type: "event", event: "Signed Up", where: null, key: "", hours: 24 },
  who: null,
  reentry: { allow: "never", days: 30 },
  goal: null,
  exit: { events: [], where: null, who: null },
  holdout_percent: 10,
  start: "",
  nodes: [],
  edges: [],
};
