// What does the answer of a report show? Numbers first, then pictures, then tables; the same rows are shown and exported.
import type { TFunction } from "i18next";

import type { Language } from "@/i18n";
import type { PictureOfMap } from "../map/joined";
import type { Json, Spec } from "./spec";

/** How a value is written. money: in the smallest unit of the currency; share: from 0 to 1; bucket: the first day of a day, week or month. */
export type Format = "count" | "number" | "share" | "money" | "seconds" | "text" | "bucket";

/** Names one number of people, as the API takes it. */
export type Cell = Readonly<Record<string, Json | undefined>>;

/** One of several lists of people that belong to one number, such as those who came back and those who did not. */
export interface Side {
  readonly word: string;
  readonly cell: Cell;
  readonly label: string;
}

export interface Value {
  readonly value: string | number | null;
  /** In place of that of its column. */
  readonly format?: Format;
  /** Opens the people behind it. */
  readonly cell?: Cell;
  /** What it counts, above its people; also the name of the link. */
  readonly label?: string;
  /** The name of the link in place of that, where it counts what people did and not them. */
  readonly counts?: string;
  /** The lists between which one can change there; that of the cell itself is the first. */
  readonly sides?: readonly Side[];
  /** From 0 to 1: how strongly the cell is coloured. */
  readonly heat?: number;
  /** What it says is not final yet. */
  readonly growing?: boolean;
}

export interface Column {
  readonly key: string;
  readonly title: string;
  readonly format: Format;
}

export interface Table {
  readonly key: string;
  readonly title: string;
  readonly note?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Value[])[];
}

export interface Figure extends Value {
  readonly name: string;
  readonly format: Format;
  readonly note?: string;
  /** Of everybody, where only a sample was looked at. */
  readonly whole?: number;
}

/** What a place of a picture opens, and what that counts. */
export interface Opening {
  readonly cell: Cell;
  readonly label: string;
  readonly sides?: readonly Side[];
}

export interface PlotLine {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Beside the values; left out: nobody is behind this line. */
  readonly opens?: readonly (Opening | null)[];
  /** Of an earlier period. */
  readonly past?: boolean;
}

export interface Plot {
  readonly kind: "lines" | "bars" | "stack";
  readonly key: string;
  readonly title: string;
  readonly note?: string;
  readonly format: Format;
  /** How the places on the axis are written. */
  readonly axis: "bucket" | "text";
  readonly places: readonly string[];
  /** Places are lower edges, written so. */
  readonly edges?: Format;
  readonly lines: readonly PlotLine[];
}

export interface FlowNode {
  readonly id: string;
  readonly level: number;
  readonly name: string;
  readonly value: number;
  readonly cell: Cell;
}

export interface Flow {
  readonly kind: "flow";
  readonly key: string;
  readonly title: string;
  readonly note?: string;
  readonly nodes: readonly FlowNode[];
  readonly links: readonly { readonly from: string; readonly to: string; readonly value: number; readonly cell: Cell }[];
}

export interface Grid {
  readonly kind: "grid";
  readonly key: string;
  readonly title: string;
  readonly note?: string;
  readonly rowsTitle: string;
  readonly columnsTitle: string;
  readonly rowNames: readonly string[];
  readonly columnNames: readonly string[];
  /** Rows of places; text stands above the number. */
  readonly places: readonly (readonly (Value & { readonly text: string; readonly tone: number })[])[];
}

/** The drawing of a journey map. */
export interface Journey {
  readonly kind: "map";
  readonly key: string;
  readonly title: string;
  readonly note?: string;
  readonly map: PictureOfMap;
}

export type Picture = Plot | Flow | Grid | Journey;

export interface View {
  /** Nobody and nothing was counted. */
  readonly empty: boolean;
  readonly figures: readonly Figure[];
  readonly pictures: readonly Picture[];
  readonly tables: readonly Table[];
}

/** With what an answer is made into words. */
export interface Saying {
  readonly spec: Spec;
  readonly t: TFunction;
  readonly language: Language;
  /** How people call a value by which it is grouped; left out: as it is. */
  readonly word?: (value: string) => string;
}

/** A group of a breakdown, as the API names it. */
export type Group = { readonly value: string | null; readonly other: boolean } | null;

export function groupName(group: Group, { t, word }: Pick<Saying, "t" | "word">): string {
  if (group === null) return t("reports.everybody");
  if (group.other) return t("reports.others");
  return group.value === null ? t("reports.notSet") : (word?.(group.value) ?? group.value);
}

/** The part of a cell that names a group; nothing for everybody. */
export function groupCell(group: Group): Cell {
  if (group === null) return {};
  return { group: group.other ? { other: true } : { value: group.value } };
}

export function stepName(name: string, t: TFunction): string {
  return name === "" ? t("builder.anyEvent") : name;
}

export function text(value: string): Value {
  return { value };
}

/** The value of a view that opens the people of a cell, by itself or as one of its sides. */
export function opened(view: View, cell: string): Value | undefined {
  const values = [
    ...view.figures,
    ...view.tables.flatMap(({ rows }) => rows.flat()),
    ...view.pictures.flatMap((picture): readonly Value[] => {
      if (picture.kind === "grid") return picture.places.flat();
      if (picture.kind === "map") return []; // its numbers are those of the tables
      if (picture.kind === "flow") return picture.nodes.map(({ name, value, cell: mine }) => ({ value, cell: mine, label: name }));
      return picture.lines.flatMap(({ opens = [] }) => opens.flatMap((one): readonly Value[] => (one ? [{ value: null, ...one }] : [])));
    }),
  ];
  for (const one of values) {
    if (one.cell === undefined) continue;
    if (JSON.stringify(one.cell) === cell) return one;
    const side = one.sides?.find((each) => JSON.stringify(each.cell) === cell);
    if (side) return { ...one, cell: side.cell, label: side.label };
  }
  return undefined;
}

/** The sums of everybody, beside those of a sample. */
export interface Estimated {
  readonly estimates?: Readonly<Record<string, number>>;
}

/** The part of a figure that says what it would be of everybody. */
export function estimated({ estimates }: Estimated, name: string): Pick<Figure, "whole"> {
  const whole = estimates?.[name];
  return whole === undefined ? {} : { whole };
}
