// Which facts belong to this thing? A quiet list of names and values.
import type { ReactNode } from "react";

import styles from "./Facts.module.css";

export type Fact = readonly [name: string, value: ReactNode];

export function Facts({ items, columns = 1 }: { items: readonly Fact[]; columns?: 1 | 2 }): ReactNode {
  return (
    <dl className={columns === 2 ? styles.two : styles.one}>
      {items.map(([name, value]) => (
        <div key={name} className={styles.row}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A number with its name, first on the page. */
export function Stat({ name, value, note }: { name: string; value: ReactNode; note?: ReactNode }): ReactNode {
  return (
    <div className={styles.stat}>
      <div className={styles.statName}>{name}</div>
      <div className={styles.statValue}>{value}</div>
      {note ? <div className={styles.statNote}>{note}</div> : null}
    </div>
  );
}

export function Stats({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.stats}>{children}</div>;
}
