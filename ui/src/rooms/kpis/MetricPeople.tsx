// Who is behind a value? The people of whom it is made, beside the page; the address names the days or the group.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Drawer } from "antd";
import type { ReactNode } from "react";
import { useLocation } from "react-router";

import { rangeKey } from "@/parts/period";
import { useParam } from "@/parts/useParam";
import { PeopleList } from "@/rooms/journeys/behind/Behind";
import { useMay, useWorkspace } from "@/shell/workspace";
import { peopleAsked, type AskedPeople } from "./behindMetric";
import { useBroken, useGroupName } from "./Breakdown";
import { stretchName } from "./frame";
import { useMeasure } from "./marks";
import { peopleQuery, type Answer, type Part } from "./queries";

interface Opening {
  /** Of everybody, in the days of the value or of one bucket. */
  readonly days: (first: string, last: string) => string | undefined;
  readonly group: (group: Part["group"]) => string | undefined;
}

/** The address at which the people of a value are open; undefined where nobody is behind it, or may be seen. */
export function useOpening(answer: Answer): Opening {
  const { search } = useLocation();
  const may = useMay("people:read");
  const to = (name: "days" | "part", value: string): string | undefined => {
    if (!may || answer.whom === null) return undefined;
    const params = new URLSearchParams(search);
    for (const other of ["days", "part"]) params.delete(other);
    params.set(name, value);
    return `?${params.toString()}`;
  };
  return { days: (first, last) => to("days", rangeKey(first, last)), group: (group) => to("part", JSON.stringify(group)) };
}

export function MetricPeople({ answer, name }: { answer: Answer; name: string }): ReactNode {
  const [part, setPart] = useParam("part");
  const [days] = useParam("days");
  const { tag } = useMeasure(answer.unit);
  const groupName = useGroupName();
  const asked = peopleAsked(answer, part, days);
  const title = asked === null ? "" : asked.group ? groupName(asked.group) : stretchName(asked.first, asked.last, tag);
  return (
    <Drawer open={asked !== null} onClose={() => setPart("", { without: ["days"] })} size={640} title={title} destroyOnHidden>
      <p className="soft">{name}</p>
      {asked ? <List key={part + days} metric={answer.metric} asked={asked} /> : null}
    </Drawer>
  );
}

function List({ metric, asked }: { metric: string; asked: AskedPeople }): ReactNode {
  const { slug } = useWorkspace();
  const { cut } = useBroken();
  return <PeopleList query={useInfiniteQuery(peopleQuery(slug, metric, asked, cut))} />;
}
