// Which of the events, or of the people? Conditions on what is known of them, picked in the builder of segments; asked with once they are whole.
import { Button, Tag } from "antd";
import { ListFilterPlus } from "lucide-react";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { BuilderContext, type Building, type Trouble } from "@/rooms/segments/builder/context";
import { EventsContext } from "@/rooms/segments/builder/eventsContext";
import { GroupEditor } from "@/rooms/segments/builder/GroupEditor";
import { check } from "@/rooms/segments/check";
import { blank, groupOf, leafOf, type Group } from "@/rooms/segments/condition";
import { placeProblems } from "@/rooms/segments/edit";
import { writeSpec, type Json, type Spec } from "../spec";
import { filterOf, treeOf } from "./filter";
import styles from "./Form.module.css";

interface FilterFieldProps {
  readonly value: Json | undefined;
  /** The events whose properties are offered; none: of all. */
  readonly events: readonly string[];
  readonly onChange: (filter: Spec | undefined) => void;
  readonly title: string;
  /** Of what the conditions are; of events unless said otherwise. */
  readonly of?: "event" | "people";
}

export function FilterField(props: FilterFieldProps): ReactNode {
  const { t } = useTranslation();
  const of = props.of ?? "event";
  const said = writeSpec({ filter: props.value });
  // What stands in the spec was made here, or it came from elsewhere: then the parts are read anew.
  const [held, hold] = useState<{ readonly tree: Group | null; readonly said: string }>(() => ({ tree: treeOf(props.value, of), said }));
  const known = held.said === said ? held.tree : treeOf(props.value, of);
  const change = (tree: Group): void => {
    const whole = check(tree).every(({ lack }) => lack === "empty" && tree.parts.length === 0);
    const filter = filterOf(tree);
    hold({ tree, said: whole ? writeSpec({ filter }) : said });
    if (whole) props.onChange(filter);
  };
  if (known === null) {
    return (
      <div className={styles.line}>
        <Tag color="gold" closable={{ "aria-label": t("actions.remove") }} onClose={() => props.onChange(undefined)}>
          {t(of === "people" ? "reports.ownPeople" : "reports.ownFilter")}
        </Tag>
      </div>
    );
  }
  return <Conditions tree={known} onChange={change} events={props.events} title={props.title} of={of} />;
}

interface ConditionsProps {
  readonly tree: Group;
  readonly onChange: (tree: Group) => void;
  readonly events: readonly string[];
  readonly title: string;
  readonly of: "event" | "people";
}

function Conditions({ tree, onChange, events, title, of }: ConditionsProps): ReactNode {
  const { t } = useTranslation();
  const more = of === "people" ? "builder.add" : "builder.addFilter";
  const awaited = useRef(new Set<string>());
  const building = useMemo((): Building => {
    const problems: readonly Trouble[] = check(tree).map(({ path, lack }) => ({ path, lack }));
    return {
      troubles: placeProblems(tree, problems),
      parts: new Map(),
      stale: false,
      insists: false,
      expect: (id) => void awaited.current.add(id),
      expected: (id) => awaited.current.has(id),
      arrived: (id) => awaited.current.delete(id),
    };
  }, [tree]);
  const add = (): void => {
    const leaf = leafOf(blank(of === "people" ? "tag" : "property"));
    awaited.current.add(leaf.id);
    onChange(groupOf([leaf]));
  };
  if (tree.parts.length === 0) {
    return (
      <div>
        <Button type="text" size="small" icon={<ListFilterPlus size={14} aria-hidden />} onClick={add} aria-label={`${title}: ${t(more)}`}>
          {t(more)}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.filter}>
      <BuilderContext value={building}>
        <EventsContext value={events}>
          <GroupEditor group={tree} outer="" grammar={of} onChange={onChange} root />
        </EventsContext>
      </BuilderContext>
    </div>
  );
}
