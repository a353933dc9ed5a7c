// In which order do the stages stand, in which colour, and what moved between two moments? Pure functions of what was counted.
import type { Movement } from "./queries";

const ORDER = ["new_visitor", "not_activated", "new", "active", "returned", "silent", "churn_risk", "lost"];
const COLOURS: Readonly<Record<string, string>> = {
  new_visitor: "ink-faint",
  not_activated: "info",
  new: "chart-3",
  active: "chart-1",
  returned: "good",
  silent: "chart-2",
  churn_risk: "chart-4",
  lost: "bad",
};

/** Name of the colour in the tokens. */
export function colourOf(stage: string): string {
  return COLOURS[stage] ?? "line-strong";
}

/** From the first visit to the loss; stages that this page does not know behind them, and nowhere last. */
export function inOrder(stages: readonly string[]): readonly string[] {
  const place = (stage: string): number => {
    if (stage === "") return ORDER.length + 1;
    const at = ORDER.indexOf(stage);
    return at === -1 ? ORDER.length : at;
  };
  return [...stages].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/** How many people a stage gained or lost between the last two moments that lie a week apart; null without any. */
export function changeOf(movement: Pick<Movement, "sizes">, stage: string): number | null {
  const [before, now] = movement.sizes.slice(-2);
  return before && now ? (now[stage] ?? 0) - (before[stage] ?? 0) : null;
}

export interface Move {
  readonly source: string;
  readonly target: string;
  readonly people: number;
}

/** Who changed the stage between a moment and the next, the largest first. */
export function movesIn(movement: Pick<Movement, "flows">, step: number): readonly Move[] {
  return movement.flows
    .filter((flow) => flow.step === step && flow.source !== flow.target)
    .map(({ source, target, people }) => ({ source, target, people }))
    .sort((a, b) => b.people - a.people);
}
