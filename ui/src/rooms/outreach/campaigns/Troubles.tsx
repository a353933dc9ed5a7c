// What is wrong with one part of a campaign?
import type { ReactNode } from "react";

import { useWords } from "@/i18n/useWords";
import styles from "./Campaigns.module.css";
import type { CampaignProblem, Spec } from "./queries";
import { LETTERS } from "./spec";

export interface PartProps {
  readonly spec: Spec;
  readonly onChange: (part: Partial<Spec>) => void;
  readonly problems: readonly CampaignProblem[];
}

export function Troubles({ part, problems }: { part: string; problems: readonly CampaignProblem[] }): ReactNode {
  const words = useWords();
  const mine = problems.filter((one) => one.part === part);
  if (mine.length === 0) return null;
  return (
    <ul className={styles.problems} role="alert">
      {mine.map((one) => (
        <li key={`${one.code} ${one.place}`}>
          {part === "message" && one.place ? `${LETTERS[Number(one.place)] ?? ""}: ` : ""}
          {words(`campaigns.problems.${one.code}`) ?? one.message}
        </li>
      ))}
    </ul>
  );
}
