// Which state is this in? A coloured word; the colour never says more than the word.
import type { ReactNode } from "react";

import styles from "./Pill.module.css";

export type Tone = "plain" | "good" | "warn" | "bad" | "info" | "violet" | "accent";

export function Pill({ tone = "plain", dot = false, children }: { tone?: Tone; dot?: boolean; children: ReactNode }): ReactNode {
  return (
    <span className={`${styles.pill ?? ""} ${styles[tone] ?? ""}`}>
      {dot ? <span className={styles.dot} aria-hidden /> : null}
      {children}
    </span>
  );
}
