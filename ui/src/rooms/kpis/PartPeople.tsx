// Who is in one group of a breakdown? The people of whom its value is made, beside the page; the address names the group.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Drawer } from "antd";
import type { ReactNode } from "react";
import { useLocation } from "react-router";

import { useParam } from "@/parts/useParam";
import { PeopleList } from "@/rooms/journeys/behind/Behind";
import { useMay, useWorkspace } from "@/shell/workspace";
import { useBroken, useGroupName } from "./Breakdown";
import { partPeopleQuery, type Answer, type Part } from "./queries";

/** The address at which the people of a group are open; undefined where nobody is behind it, or may be seen. */
export function usePartOpening(answer: Answer): (group: Part["group"]) => string | undefined {
  const { search } = useLocation();
  const may = useMay("people:read");
  const open = may && answer.whom !== null;
  return (group) => {
    if (!open) return undefined;
    const params = new URLSearchParams(search);
    params.set("part", JSON.stringify(group));
    return `?${params.toString()}`;
  };
}

export function PartPeople({ answer, name }: { answer: Answer; name: string }): ReactNode {
  const [word, open] = useParam("part");
  const groupName = useGroupName();
  const part = answer.parts.find(({ group }) => JSON.stringify(group) === word);
  return (
    <Drawer open={part !== undefined} onClose={() => open("")} size={640} title={part ? groupName(part.group) : ""} destroyOnHidden>
      <p className="soft">{name}</p>
      {part ? <List key={word} answer={answer} group={part.group} /> : null}
    </Drawer>
  );
}

function List({ answer, group }: { answer: Answer; group: Part["group"] }): ReactNode {
  const { slug } = useWorkspace();
  const { cut } = useBroken();
  return <PeopleList query={useInfiniteQuery(partPeopleQuery(slug, answer, cut, group))} />;
}
