// What was meant by a press on a chart? The line that is nearest, or the part of the stack that it fell on.
import type { Opening, Plot } from "../view";

/** More lines than these nobody can tell apart. */
export const MOST_LINES = 12;

/** at: the place on the axis; value: how high it was pressed. */
export function picked({ kind, lines }: Plot, at: number, value: number): Opening | null {
  const shown = lines.slice(0, MOST_LINES).flatMap(({ values, opens }) => {
    const here = values[at] ?? null;
    return here === null ? [] : [{ value: here, opening: opens?.[at] ?? null }];
  });
  if (kind === "stack") return stacked(shown, value);
  const near = shown.filter(({ opening }) => opening !== null).sort((a, b) => Math.abs(a.value - value) - Math.abs(b.value - value));
  return near[0]?.opening ?? null;
}

interface Part {
  readonly value: number;
  readonly opening: Opening | null;
}

/** What is above the line is piled up, and what is below it down; beyond both ends there is nothing. */
function stacked(parts: readonly Part[], value: number): Opening | null {
  let end = 0;
  for (const part of parts) {
    if (part.value === 0 || part.value > 0 !== value > 0) continue;
    end += part.value;
    if (Math.abs(value) <= Math.abs(end)) return part.opening;
  }
  return null;
}
