// How is a condition asked for outside of a segment? The same parts, with what is wrong said at its place, and no numbers.
import { useMemo, useState, type ReactNode } from "react";

import type { Group, Kind } from "../condition";
import { placeProblems } from "../edit";
import { BuilderContext, type Building, type Trouble } from "./context";
import { GroupEditor } from "./GroupEditor";

interface ConditionFieldProps {
  readonly root: Group;
  readonly onChange: (root: Group) => void;
  /** By paths within this condition; what is at "" stands at its head. */
  readonly troubles: readonly Trouble[];
  readonly insists: boolean;
  /** Kinds that cannot be asked here. */
  readonly without?: readonly Kind[];
}

export function ConditionField({ root, onChange, troubles, insists, without }: ConditionFieldProps): ReactNode {
  const building = useBuildingOf(root, troubles, insists, without);
  return (
    <BuilderContext value={building}>
      <GroupEditor group={root} outer="" grammar="people" onChange={onChange} root />
    </BuilderContext>
  );
}

const NONE: readonly Kind[] = [];

/** What the parts of the builder know where nothing is counted. root: null while there is no condition yet. */
export function useBuildingOf(
  root: Group | null,
  troubles: readonly Trouble[],
  insists: boolean,
  without: readonly Kind[] = NONE,
): Building {
  const [expected] = useState(() => new Set<string>());
  return useMemo(
    () => ({
      // An empty condition is not wrong before somebody tries to go on with it.
      troubles: root
        ? placeProblems(root, insists ? troubles : troubles.filter((each) => each.lack !== "empty"))
        : new Map<string, readonly Trouble[]>(),
      parts: new Map(),
      stale: false,
      insists,
      without,
      expect: (id) => void expected.add(id),
      expected: (id) => expected.has(id),
      arrived: (id) => expected.delete(id),
    }),
    [root, troubles, insists, without, expected],
  );
}

/** Those at or inside of a path, told from there on. */
export function troublesIn(troubles: readonly Trouble[], path: string): readonly Trouble[] {
  return troubles
    .filter((each) => each.path === path || each.path.startsWith(`${path}.`) || each.path.startsWith(`${path}[`))
    .map((each) => ({ ...each, path: each.path.slice(path.length).replace(/^\./, "") }));
}
