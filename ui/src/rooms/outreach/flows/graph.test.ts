import { describe, expect, it } from "vitest";

import { addNode, connect, EMPTY, layOut, removeNode, targetOf } from "./graph";
import type { Graph, Kind } from "./queries";

const kind = (key: string, ways: string[]): Kind => ({
  key, ways, sample: {}, label_zh: "", label_en: "", says_zh: "", says_en: "", group: "", rests: false, config_schema: {},
}); // prettier-ignore
const WAIT = kind("wait", ["next"]);
const BRANCH = kind("branch", ["yes", "no"]);
const EXIT = kind("exit", []);

function built(): Graph {
  const first = addNode(EMPTY, WAIT, { source: "", way: "next" });
  const second = addNode(first, EXIT, { source: "wait_1", way: "next" });
  return addNode(second, BRANCH, { source: "wait_1", way: "next" });
}

describe("a graph", () => {
  it("takes a node in between a way and what came behind it", () => {
    const graph = built();
    expect(graph.start).toBe("wait_1");
    expect(targetOf(graph, "wait_1", "next")).toBe("branch_1");
    expect(targetOf(graph, "branch_1", "yes")).toBe("exit_1");
    expect(targetOf(graph, "branch_1", "no")).toBeNull();
  });

  it("closes the gap when a node with one way on is taken out", () => {
    const graph = removeNode(built(), "branch_1");
    expect(targetOf(graph, "wait_1", "next")).toBe("exit_1");
    expect(removeNode(graph, "wait_1").start).toBe("exit_1");
  });

  it("draws each node below what leads to it, and none on another, also with a way back", () => {
    const graph = connect(connect(built(), "branch_1", "no", "wait_1"), "branch_1", "yes", "exit_1");
    const places = layOut(graph);
    const y = (id: string): number => places.get(id)?.y ?? Number.NaN;
    expect(y("wait_1")).toBeLessThan(y("branch_1"));
    expect(y("branch_1")).toBeLessThan(y("exit_1"));
    expect(new Set([...places.values()].map(({ x, y: at }) => `${x} ${at}`)).size).toBe(3);
  });
});
