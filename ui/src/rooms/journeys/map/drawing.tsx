// What is every part of the picture drawn with? Text in a colour and a size, and numbers that open the people behind them.
import { createContext, use, type ReactNode } from "react";
import { Link } from "react-router";

import type { MapCell } from "./cell";
import type { Figures } from "./figures";
import type { Palette } from "./palette";

export interface Hand {
  readonly palette: Palette;
  readonly figures: Figures;
  /** The address at which a number is opened; null on paper and in files, where nothing can be opened. */
  readonly open: ((cell: MapCell) => string) | null;
}

export const HandContext = createContext<Hand | null>(null);

export function useHand(): Hand {
  const hand = use(HandContext);
  if (!hand) throw new Error("a part of the picture is drawn outside of it");
  return hand;
}

export interface WordsProps {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly colour?: "ink" | "soft" | "faint" | "good" | "bad" | undefined;
  readonly weight?: number | undefined;
  readonly end?: boolean | undefined;
  /** The whole of a text that was cut. */
  readonly title?: string | undefined;
  readonly children: ReactNode;
}

export function Words({ x, y, size, colour = "ink", weight = 400, end = false, title, children }: WordsProps): ReactNode {
  const { palette } = useHand();
  return (
    <text x={x} y={y} fontSize={size} fontWeight={weight} fill={palette[colour]} textAnchor={end ? "end" : "start"}>
      {title ? <title>{title}</title> : null}
      {children}
    </text>
  );
}

interface FigureProps extends WordsProps {
  readonly cell: MapCell;
  /** What the number is, in full, for those who do not see the picture. */
  readonly label: string;
}

/** A number that opens its people. */
export function Figure({ cell, label, ...words }: FigureProps): ReactNode {
  const { open } = useHand();
  if (!open) return <Words {...words} />;
  return (
    <Link to={open(cell)} aria-label={label} preventScrollReset>
      <Words {...words} title={label} />
    </Link>
  );
}
