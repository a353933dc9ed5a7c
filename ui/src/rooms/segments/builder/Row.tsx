import type { ReactNode } from "react";

import styles from "./Builder.module.css";

/** A quiet name and the controls that belong to it. */
export function Row({ name, children }: { name?: string; children: ReactNode }): ReactNode {
  return (
    <div className={styles.row}>
      {name ? <span className={styles.rowName}>{name}</span> : null}
      <div className={styles.controls}>{children}</div>
    </div>
  );
}
