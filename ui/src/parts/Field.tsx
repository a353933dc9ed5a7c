// What is asked for here, what is it good for, and what is wrong with it? A label, a control and a line below.
import { useId, type ReactNode } from "react";

import styles from "./Field.module.css";

interface FieldProps {
  readonly label: string;
  readonly note?: ReactNode;
  /** What is wrong, in place of the note. */
  readonly wrong?: string | undefined;
  /** Over the whole width of the form. */
  readonly wide?: boolean;
  /** Gets the ids of the control and of the line that describes it. */
  readonly children: (id: string, describedBy: string) => ReactNode;
}

export function Field({ label, note, wrong, wide = false, children }: FieldProps): ReactNode {
  const id = useId();
  return (
    <div className={wide ? styles.wide : styles.field}>
      <label htmlFor={id}>{label}</label>
      {children(id, `${id}-note`)}
      {wrong || note ? (
        <span id={`${id}-note`} className={wrong ? styles.wrong : styles.note} {...(wrong ? { role: "alert" } : {})}>
          {wrong ?? note}
        </span>
      ) : null}
    </div>
  );
}

/** Fields side by side where there is room. */
export function Fields({ children }: { children: ReactNode }): ReactNode {
  return (
    <div className={styles.fields} data-own-undo>
      {children}
    </div>
  );
}
