// How do the parts of an explanation hang together? A tree out of their paths, with what was found for each.
import { formatMoney, formatNumber, formatTime } from "@/parts/format";
import type { Condition } from "./condition";
import { isMoney } from "./dump";
import { walk } from "./edit";
import type { Reason } from "./queries";
import { read } from "./read";

export interface WhyNode {
  readonly reason: Reason;
  /** How its parts are joined; null for a condition. */
  readonly join: "and" | "or" | "not" | null;
  readonly parts: readonly WhyNode[];
}

const STEP = /^(and|or)\[\d+\]$|^(not)$/;

/** The tree of a flat list: whole first, each part behind what it is part of. */
export function whyTree(reasons: readonly Reason[]): WhyNode | null {
  const [root] = reasons;
  return root ? nodeOf(root, reasons) : null;
}

function nodeOf(reason: Reason, all: readonly Reason[]): WhyNode {
  const start = reason.path === "" ? "" : `${reason.path}.`;
  const inside = all.flatMap((each) => {
    const found = each !== reason && each.path.startsWith(start) ? STEP.exec(each.path.slice(start.length)) : null;
    return found ? [{ each, join: (found[1] ?? found[2]) as "and" | "or" | "not" }] : [];
  });
  return { reason, join: inside[0]?.join ?? null, parts: inside.map(({ each }) => nodeOf(each, all)) };
}

/** Whether the reader puts a group around it, which the paths of the server do not have. */
function standsAlone(json: unknown): boolean {
  if (typeof json !== "object" || json === null) return false;
  return "not" in json ? standsAlone(json.not) : !("and" in json) && !("or" in json);
}

/** Path → the condition that stands there, of a condition as the server has it. */
export function conditionsByPath(json: unknown): ReadonlyMap<string, Condition> {
  const found = new Map<string, Condition>();
  try {
    for (const { part, body } of walk(read(json))) {
      if (part.type === "group") continue;
      const path = body.slice(0, -part.condition.kind.length).replace(/\.$/, "");
      found.set(standsAlone(json) ? path.replace(/^and\[0\]\.?/, "") : path, part.condition);
    }
  } catch {
    // a condition that this page is too old to know is shown without what its kinds would add
  }
  return found;
}

export interface Shown {
  readonly value: string;
  /** How many steps of a sequence were done. */
  readonly steps: number | null;
}

const INSTANT = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$/;

/** What was found, as the reader writes it; null where it says nothing to a person. */
export function shownOf(
  found: string,
  condition: Condition | undefined,
  look: { tag: string; zone: string; currency: string },
): Shown | null {
  if (found === "" || condition?.kind === "sample" || condition?.kind === "list") return null;
  const plain = (value: string): Shown => ({ value, steps: null });
  if (INSTANT.test(found)) {
    return found.startsWith("1970-01-01 00:00:00") ? null : plain(formatTime(`${found.replace(" ", "T")}Z`, look.zone, look.tag, false));
  }
  const number = Number(found);
  if (condition?.kind === "sequence" && Number.isFinite(number)) return { value: "", steps: number };
  if (found.trim() !== "" && Number.isFinite(number)) {
    return plain(condition && isMoney(condition) ? formatMoney(number, look.currency, look.tag) : formatNumber(number, look.tag));
  }
  try {
    const json: unknown = JSON.parse(found);
    return plain(typeof json === "string" ? json : JSON.stringify(json));
  } catch {
    return plain(found);
  }
}
