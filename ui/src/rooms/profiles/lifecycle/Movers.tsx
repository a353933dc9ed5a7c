// Who changed from this stage to that one in the week? The people beside the page; the address names the change.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Drawer } from "antd";
import type { ReactNode } from "react";
import { useLocation } from "react-router";

import { useParam } from "@/parts/useParam";
import { PeopleList } from "@/rooms/journeys/behind/Behind";
import { useMay, useWorkspace } from "@/shell/workspace";
import { moversQuery } from "./queries";
import type { Move } from "./stages";

function wordOf({ source, target }: Move): string {
  return JSON.stringify([source, target]);
}

/** The address at which the people of a move are open; undefined for those who may not see people. */
export function useMoversOpening(): (move: Move) => string | undefined {
  const { search } = useLocation();
  const may = useMay("people:read");
  return (move) => {
    if (!may) return undefined;
    const params = new URLSearchParams(search);
    params.set("move", wordOf(move));
    return `?${params.toString()}`;
  };
}

interface MoversProps {
  readonly moves: readonly Move[];
  readonly step: number;
  readonly weeks: number;
  readonly name: (stage: string) => string;
}

export function Movers({ moves, step, weeks, name }: MoversProps): ReactNode {
  const [word, open] = useParam("move");
  const move = moves.find((each) => wordOf(each) === word);
  return (
    <Drawer
      open={move !== undefined}
      onClose={() => open("")}
      size={640}
      title={move ? `${name(move.source)} → ${name(move.target)}` : ""}
      destroyOnHidden
    >
      {move ? <List key={`${step} ${word}`} move={move} step={step} weeks={weeks} /> : null}
    </Drawer>
  );
}

function List({ move, step, weeks }: { move: Move; step: number; weeks: number }): ReactNode {
  const { slug } = useWorkspace();
  return <PeopleList query={useInfiniteQuery(moversQuery(slug, weeks, step, move))} />;
}
