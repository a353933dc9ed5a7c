// Whose people does the address ask for: those of the whole value, of one bucket, or of one group of the breakdown?
import { rangeKey } from "@/parts/period";
import type { Answer, Part } from "./queries";

/** The days, both included, and the group; null: everybody whom the value of these days counts. */
export interface AskedPeople {
  readonly first: string;
  readonly last: string;
  readonly group: Part["group"] | null;
}

type Asked = Pick<Answer, "first_day" | "last_day"> & {
  readonly points: readonly Pick<Answer["points"][number], "first_day" | "last_day">[];
  readonly parts: readonly Pick<Part, "group">[];
};

/** part, days: as the address names them. Null where the answer has no such value. */
export function peopleAsked(answer: Asked, part: string, days: string): AskedPeople | null {
  const found = answer.parts.find(({ group }) => JSON.stringify(group) === part);
  if (found) return { first: answer.first_day, last: answer.last_day, group: found.group };
  const stretch = [answer, ...answer.points].find((one) => rangeKey(one.first_day, one.last_day) === days);
  return stretch ? { first: stretch.first_day, last: stretch.last_day, group: null } : null;
}
