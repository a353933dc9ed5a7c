// How is an event's body read? As indented JSON with quiet colours, selectable and copyable as it stands.
import { useMemo, type ReactNode } from "react";

import { Copy } from "./Copy";
import styles from "./Json.module.css";

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function paint(text: string): ReactNode[] {
  const out: ReactNode[] = [];
  let last = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, word] = match;
    if (match.index > last) out.push(text.slice(last, match.index));
    const kind = string ? (colon ? styles.key : styles.string) : word ? styles.word : styles.number;
    out.push(
      <span key={match.index} className={kind}>
        {string ?? whole}
      </span>,
    );
    if (colon) out.push(colon);
    last = match.index + whole.length;
  }
  out.push(text.slice(last));
  return out;
}

/** `plain`: the text is code of another kind and is shown as it stands. */
export function Json({ value, label, plain = false }: { value: unknown; label: string; plain?: boolean }): ReactNode {
  const text = useMemo(() => (typeof value === "string" ? value : JSON.stringify(value, null, 2)), [value]);
  const painted = useMemo(() => (plain || text.length > 60_000 ? text : paint(text)), [plain, text]);
  return (
    <div className={styles.box}>
      <div className={styles.copy}>
        <Copy text={text} />
      </div>
      <pre className={styles.pre} tabIndex={0} aria-label={label}>
        {painted}
      </pre>
    </div>
  );
}
