// What is the segment called, by people and by programs?
import { useQuery } from "@tanstack/react-query";
import { Input } from "antd";
import { useId, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/parts/Page";
import { useWorkspace } from "@/shell/workspace";
import { segmentsQuery } from "../queries";
import styles from "./Builder.module.css";
import { isKey, keyFor } from "./keys";
import type { Names } from "./useSaving";

interface NameFieldsProps {
  readonly names: Names;
  readonly onChange: (names: Names) => void;
  /** The key stands already. */
  readonly fixed: boolean;
  /** Say what is missing. */
  readonly insist: boolean;
}

/** Keys of segments in use; an archived one may be taken up again. */
function useTaken(): ReadonlySet<string> {
  const { slug } = useWorkspace();
  const { data } = useQuery(segmentsQuery(slug));
  return useMemo(() => new Set(data?.items.map((one) => one.key)), [data]);
}

export function NameFields({ names, onChange, fixed, insist }: NameFieldsProps): ReactNode {
  const { t } = useTranslation();
  const taken = useTaken();
  const { name, description } = names;
  const key = names.key ?? (name.trim() ? keyFor(name, taken) : "");
  const keyWrong = fixed || names.key === null ? null : !isKey(key) ? "builder.keyForm" : taken.has(key) ? "builder.keyTaken" : null;
  const nameWrong = insist && name.trim() === "";
  return (
    <Card>
      <div className={styles.names} data-own-undo>
        <Field label={t("builder.name")} {...(nameWrong ? { wrong: t("builder.nameNeeded") } : {})}>
          {(id, note) => (
            <Input
              id={id}
              aria-describedby={note}
              value={name}
              onChange={(event) => onChange({ ...names, name: event.target.value })}
              maxLength={200}
              status={nameWrong ? "error" : ""}
              autoFocus={!fixed}
            />
          )}
        </Field>
        {fixed ? null : (
          <Field label={t("builder.key")} note={t("builder.keyNote")} {...(keyWrong ? { wrong: t(keyWrong) } : {})}>
            {(id, note) => (
              <Input
                id={id}
                aria-describedby={note}
                className="mono"
                value={key}
                onChange={(event) => onChange({ ...names, key: event.target.value === "" ? null : event.target.value })}
                maxLength={100}
                spellCheck={false}
                status={keyWrong ? "error" : ""}
              />
            )}
          </Field>
        )}
        <Field label={t("builder.description")} wide>
          {(id) => (
            <Input.TextArea
              id={id}
              value={description}
              onChange={(event) => onChange({ ...names, description: event.target.value })}
              autoSize={{ minRows: 1, maxRows: 5 }}
              maxLength={5000}
            />
          )}
        </Field>
      </div>
    </Card>
  );
}

interface FieldProps {
  readonly label: string;
  readonly note?: string;
  /** What is wrong, in place of the note. */
  readonly wrong?: string;
  readonly wide?: boolean;
  readonly children: (id: string, note: string) => ReactNode;
}

function Field({ label, note, wrong, wide = false, children }: FieldProps): ReactNode {
  const id = useId();
  const said = wrong ?? note;
  return (
    <div className={`${styles.field ?? ""} ${wide ? (styles.wide ?? "") : ""}`}>
      <label htmlFor={id}>{label}</label>
      {children(id, `${id}-note`)}
      {said ? (
        <span id={`${id}-note`} className={wrong ? styles.noteWrong : styles.note}>
          {said}
        </span>
      ) : null}
    </div>
  );
}
