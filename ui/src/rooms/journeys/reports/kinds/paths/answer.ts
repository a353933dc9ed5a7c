// What do paths show? The ways as bands between the levels, then every link with its people, times and, where there is a goal, its conversion.
import type { TFunction } from "i18next";

import { textOf } from "../../spec";
import type { Cell, Column, FlowNode, Saying, Table, Value, View } from "../../view";

interface Node {
  readonly level: number;
  readonly name: string | null;
  readonly paths: number;
  readonly people: number;
  readonly share: number;
  readonly ended: number;
}
interface Link {
  readonly level: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly paths: number;
  readonly people: number;
  readonly of_from: number;
  readonly median_seconds: number | null;
  readonly converted?: number;
  readonly conversion?: number | null;
}
export interface Paths {
  readonly paths: number;
  readonly people: number;
  readonly nodes: readonly Node[];
  readonly links: readonly Link[];
}

function idOf(level: number, name: string | null): string {
  return JSON.stringify([level, name]);
}

export function pathsView(data: Paths, { spec, t }: Saying): View {
  const named = (name: string | null): string => name ?? t("reports.others");
  const nodeCell = (level: number, name: string | null): Cell => ({ level, name });
  const goal = data.links.some(({ conversion }) => conversion !== undefined);
  // Away from the anchor: paths to an event end where they begin.
  const endedTitle = textOf(spec.direction) === "to" ? t("reports.began") : t("reports.ended");
  const linkColumns: Column[] = [
    { key: "level", title: t("reports.stepNumber"), format: "number" },
    { key: "from", title: t("reports.fromEvent"), format: "text" },
    { key: "to", title: t("reports.toEvent"), format: "text" },
    { key: "paths", title: t("reports.paths"), format: "count" },
    { key: "people", title: t("reports.people"), format: "count" },
    { key: "of_from", title: t("reports.ofFrom"), format: "share" },
    { key: "median", title: t("reports.medianTime"), format: "seconds" },
    ...(goal ? [{ key: "conversion", title: t("reports.reachGoal"), format: "share" as const }] : []),
  ];
  const linkRows = data.links.map((link): Value[] => {
    const label = `${named(link.from)} → ${named(link.to)}`;
    const cell = { level: link.level, name: link.from, link: true, to: link.to };
    return [
      { value: link.level },
      { value: named(link.from) },
      { value: named(link.to) },
      { value: link.paths, cell, label, counts: `${label} · ${t("reports.paths")}` },
      { value: link.people, cell, label },
      { value: link.of_from, cell, label, counts: `${label} · ${t("reports.ofFrom")}` },
      { value: link.median_seconds, cell, label, counts: `${label} · ${t("reports.medianTime")}` },
      ...(goal
        ? [{ value: link.conversion ?? null, cell: { ...cell, converted: true }, label: `${label} · ${t("reports.reachGoal")}` }]
        : []),
    ];
  });
  return {
    empty: data.paths === 0,
    figures: [
      { name: t("reports.paths"), value: data.paths, format: "count", cell: {}, label: t("reports.people"), counts: t("reports.paths") },
      { name: t("reports.people"), value: data.people, format: "count", cell: {}, label: t("reports.people") },
    ],
    // Where nobody went on there are no ways to draw.
    pictures: data.links.slice(0, 1).map(() => ({
      kind: "flow" as const,
      key: "ways",
      title: t("reports.ways"),
      nodes: data.nodes.map(({ level, name, paths }): FlowNode => ({
        id: idOf(level, name),
        level,
        name: named(name),
        value: paths,
        cell: nodeCell(level, name),
      })),
      links: data.links.map(({ level, from, to, paths }) => ({
        from: idOf(level, from),
        to: idOf(level + 1, to),
        value: paths,
        cell: { level, name: from, link: true, to },
      })),
    })),
    tables: [{ key: "links", title: t("reports.links"), columns: linkColumns, rows: linkRows }, nodeTable(data, endedTitle, t)],
  };
}

function nodeTable({ nodes }: Paths, endedTitle: string, t: TFunction): Table {
  const nodeRows = nodes.map((node): Value[] => {
    const label = node.name ?? t("reports.others");
    const cell = { level: node.level, name: node.name };
    return [
      { value: node.level },
      { value: label },
      { value: node.paths, cell, label, counts: `${label} · ${t("reports.paths")}` },
      { value: node.people, cell, label },
      { value: node.share, cell, label, counts: `${label} · ${t("reports.share")}` },
      { value: node.ended, cell: { ...cell, ended: true }, label: `${endedTitle} · ${label}` },
    ];
  });
  return {
    key: "nodes",
    title: t("reports.nodes"),
    columns: [
      { key: "level", title: t("reports.stepNumber"), format: "number" },
      { key: "name", title: t("reports.step"), format: "text" },
      { key: "paths", title: t("reports.paths"), format: "count" },
      { key: "people", title: t("reports.people"), format: "count" },
      { key: "share", title: t("reports.share"), format: "share" },
      { key: "ended", title: endedTitle, format: "count" },
    ],
    rows: nodeRows,
  };
}
