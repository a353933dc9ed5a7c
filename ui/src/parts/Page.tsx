// What frames every page? A title that says what it answers, its actions, and cards below.
import { useEffect, type ReactNode } from "react";

import styles from "./Page.module.css";

interface PageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly crumb?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly narrow?: boolean;
}

export function Page({ title, lead, crumb, actions, children, narrow = false }: PageProps): ReactNode {
  useEffect(() => {
    document.title = `${title} · UEMS`;
  }, [title]);
  return (
    <div className={narrow ? styles.narrow : styles.page}>
      {crumb ? <div className={styles.crumb}>{crumb}</div> : null}
      <header className={styles.header}>
        <div className={styles.heading}>
          <h1 className={styles.title}>{title}</h1>
          {lead ? <p className={styles.lead}>{lead}</p> : null}
        </div>
        {actions ? <div className={styles.actions}>{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}

interface CardProps {
  readonly title?: ReactNode;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly flush?: boolean;
}

export function Card({ title, note, actions, children, flush = false }: CardProps): ReactNode {
  return (
    <section className={styles.card}>
      {title || actions ? (
        <header className={styles.cardHeader}>
          <div>
            <h2 className={styles.cardTitle}>{title}</h2>
            {note ? <p className={styles.cardNote}>{note}</p> : null}
          </div>
          {actions ? <div className={styles.actions}>{actions}</div> : null}
        </header>
      ) : null}
      <div className={flush ? styles.cardFlush : styles.cardBody}>{children}</div>
    </section>
  );
}

/** A row of filters above a table. */
export function Bar({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.bar}>{children}</div>;
}

export function Stack({ children, gap = 16 }: { children: ReactNode; gap?: number }): ReactNode {
  return (
    <div className={styles.stack} style={{ gap }}>
      {children}
    </div>
  );
}
