// How does a number open the people that it counts? As a link to this page with them beside it.
import type { ReactNode } from "react";
import { Link, useLocation } from "react-router";

import type { Cell, Value } from "../view";

/** The address at which the people of a cell are open. */
export function useOpening(): (cell: Cell) => string {
  const { search } = useLocation();
  return (cell) => {
    const params = new URLSearchParams(search);
    params.set("behind", JSON.stringify(cell));
    return `?${params.toString()}`;
  };
}

interface OpensProps {
  readonly value: Value;
  readonly shown: string;
}

export function Opens({ value, shown }: OpensProps): ReactNode {
  const opening = useOpening();
  if (value.cell === undefined || value.value === null) return <span className="tabular">{shown}</span>;
  const name = value.counts ?? value.label;
  return (
    <Link to={opening(value.cell)} className="tabular" preventScrollReset {...(name ? { "aria-label": `${name}: ${shown}` } : {})}>
      {shown}
    </Link>
  );
}
