// Which lines does the chart of a metric draw? The values, those of an earlier period, the target, and the parts.
import type { Answer, Cut, Part, Point } from "./queries";

export interface Line {
  readonly key: string;
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly look: "main" | "past" | "target" | "part";
}

function valuesOf(points: readonly Point[]): (number | null)[] {
  return points.map((point) => point.value.value);
}

interface Names {
  readonly main: string;
  readonly past: string;
  readonly target: string;
  readonly part: (part: Part) => string;
}

/** past: the earlier period, laid over this one bucket by bucket; what is longer is cut off. */
export function linesOf(answer: Answer, past: Answer | undefined, names: Names): readonly Line[] {
  const { points, parts } = answer;
  const lines: Line[] =
    parts.length > 0
      ? parts.map((part) => ({
          key: `part ${JSON.stringify(part.group)}`,
          name: names.part(part),
          values: valuesOf(part.points),
          look: "part" as const,
        }))
      : [{ key: "main", name: names.main, values: valuesOf(points), look: "main" as const }];
  if (past && parts.length === 0) {
    const before = valuesOf(past.points);
    lines.push({ key: "past", name: names.past, values: points.map((_, i) => before[i] ?? null), look: "past" });
  }
  if (points.some((point) => point.target !== null)) {
    lines.push({ key: "target", name: names.target, values: points.map((point) => point.target), look: "target" });
  }
  return lines;
}

/** A breakdown as the address names it: "column:device", "property:plan" or "segments:a,b". */
export interface Broken {
  readonly kind: "" | "column" | "property" | "segments";
  readonly names: readonly string[];
}

export function readBroken(text: string): Broken {
  const colon = text.indexOf(":");
  const [kind, rest] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
  const names = kind === "segments" ? rest.split(",").filter((name) => name !== "") : rest === "" ? [] : [rest];
  if ((kind === "column" || kind === "property" || kind === "segments") && names.length > 0) return { kind, names: names.slice(0, 10) };
  return { kind: "", names: [] };
}

/** How the API is asked for it. */
export function cutOf({ kind, names: [...names] }: Broken): Cut {
  const [name = ""] = names;
  if (kind === "segments") return { segments: names };
  if (kind === "column") return { dimension: { column: name } };
  return kind === "property" ? { dimension: { property: name } } : {};
}

interface Asked {
  readonly dimension?: Cut["dimension"] | null | undefined;
  readonly segments?: readonly string[] | undefined;
}

/** A breakdown as it was asked for. */
export function brokenOf({ dimension, segments }: Asked): Broken {
  if (segments && segments.length > 0) return { kind: "segments", names: segments };
  if (dimension?.column) return { kind: "column", names: [dimension.column] };
  return dimension?.property ? { kind: "property", names: [dimension.property] } : { kind: "", names: [] };
}

export function writeBroken({ kind, names }: Broken): string {
  return kind === "" || names.length === 0 ? "" : `${kind}:${names.join(",")}`;
}
