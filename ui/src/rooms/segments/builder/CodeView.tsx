// What does the condition look like as code? Text that can be changed; what cannot be read is said with its place.
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Copy } from "@/parts/Copy";
import type { Group } from "../condition";
import { dump } from "../dump";
import styles from "./Builder.module.css";
import { parse, write, type Code, type CodeKind } from "./code";
import type { Trouble } from "./context";
import { sentenceOf } from "./faults";

interface CodeViewProps {
  readonly kind: CodeKind;
  readonly root: Group;
  readonly troubles: readonly Trouble[];
  readonly onChange: (root: Group) => void;
  readonly onReadable: (readable: boolean) => void;
}

interface Typed {
  readonly text: string;
  readonly read: Code;
  /** The condition that the text was last seen to say. */
  readonly of: Group;
}

function typed(root: Group, kind: CodeKind): Typed {
  return { text: write(root, kind), read: { ok: true, root }, of: root };
}

export default function CodeView({ kind, root, troubles, onChange, onReadable }: CodeViewProps): ReactNode {
  const { t } = useTranslation();
  const [state, setState] = useState(() => typed(root, kind));
  if (state.of !== root) setState(typed(root, kind)); // changed elsewhere, as by undo
  const { text, read } = state;
  const change = (next: string): void => {
    const found = parse(next);
    onReadable(found.ok);
    // Another way of writing the same keeps the condition, so that it is no step to undo.
    const same = !found.ok || JSON.stringify(dump(found.root)) === JSON.stringify(dump(root));
    setState({ text: next, read: found, of: same ? root : found.root });
    if (found.ok && !same) onChange(found.root);
  };
  return (
    <>
      <div className={styles.tools}>
        <span className={styles.spring} />
        <Copy text={text} />
      </div>
      <textarea
        className={styles.code}
        value={text}
        onChange={(event) => change(event.target.value)}
        aria-label={t("builder.code.label", { kind: kind.toUpperCase() })}
        aria-invalid={!read.ok}
        spellCheck={false}
        rows={Math.min(40, text.split("\n").length + 2)}
      />
      {read.ok ? <Refused troubles={troubles} /> : <Fault read={read} />}
    </>
  );
}

function Fault({ read }: { read: Exclude<Code, { ok: true }> }): ReactNode {
  const { t } = useTranslation();
  if ("syntax" in read) {
    const { line, column, said } = read.syntax;
    return (
      <div className={styles.troubles} role="alert">
        {t("builder.code.syntax", { line, column })}
        {said ? <Said text={said} /> : null}
      </div>
    );
  }
  const { path, fault, found } = read.fault;
  return (
    <div className={styles.troubles} role="alert">
      <code>{path || t("builder.code.whole")}</code>
      {": "}
      {t(`builder.code.faults.${fault}`, { found })}
    </div>
  );
}

function Refused({ troubles }: { troubles: readonly Trouble[] }): ReactNode {
  const { t } = useTranslation();
  if (troubles.length === 0) return null;
  return (
    <ul className={styles.troubles} role="alert">
      {troubles.map((trouble) => (
        <li key={`${trouble.path} ${trouble.lack ?? ""}`}>
          <code>{trouble.path || t("builder.code.whole")}</code>
          {": "}
          {sentenceOf(trouble, t)}
          {trouble.said ? <Said text={trouble.said} /> : null}
        </li>
      ))}
    </ul>
  );
}

function Said({ text }: { text: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <details>
      <summary>{t("states.technical")}</summary>
      <code lang="en">{text}</code>
    </details>
  );
}
