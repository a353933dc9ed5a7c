// What are the forms of reports made of? Names over controls, choices of a few, numbers, and texts that count once they are finished.
import { Input, InputNumber, Segmented, Select } from "antd";
import { useState, type ReactNode } from "react";

import styles from "./Form.module.css";

export function Part({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <fieldset className={styles.part} aria-label={title}>
      <span className={styles.name} aria-hidden>
        {title}
      </span>
      {children}
      {note ? <span className={styles.note}>{note}</span> : null}
    </fieldset>
  );
}

export function Line({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.line}>{children}</div>;
}

/** What few need, folded away; it is there once it is opened. */
export function Fold({ title, children }: { title: string; children: ReactNode }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <details className={styles.more} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open ? <div className={styles.form}>{children}</div> : null}
    </details>
  );
}

interface ChoiceProps<T extends string> {
  readonly title: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
  readonly note?: ReactNode;
}

/** One of a few; a few short ones stand side by side. */
export function Choice<T extends string>({ title, value, options, onChange, note }: ChoiceProps<T>): ReactNode {
  const short = options.length <= 4 && options.reduce((sum, { label }) => sum + label.length, 0) <= 26;
  return (
    <Part title={title} note={note}>
      {short ? (
        <Segmented<T> size="small" value={value} options={[...options]} onChange={onChange} aria-label={title} />
      ) : (
        <Select<T> value={value} options={[...options]} onChange={onChange} aria-label={title} popupMatchSelectWidth={false} />
      )}
    </Part>
  );
}

interface AmountProps {
  readonly title: string;
  readonly value: number | null;
  readonly onChange: (value: number) => void;
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

export function AmountInput({ title, value, onChange, min, max, whole = true }: AmountProps): ReactNode {
  return (
    <InputNumber
      className={styles.amount ?? ""}
      value={value}
      min={min}
      max={max}
      {...(whole ? { precision: 0 } : {})}
      aria-label={title}
      // What was removed is no number; the field shows the old one again when it is left.
      onChange={(next) => {
        if (next !== null && next >= min && next <= max) onChange(next);
      }}
    />
  );
}

export function Amount(props: AmountProps & { readonly note?: ReactNode }): ReactNode {
  return (
    <Part title={props.title} note={props.note}>
      <Line>
        <AmountInput {...props} />
      </Line>
    </Part>
  );
}

interface WordsProps {
  readonly title: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly mono?: boolean;
  readonly maxLength?: number;
}

/** A text that is asked with when the field is left or Enter is pressed, not letter by letter. */
export function WordsInput(props: WordsProps): ReactNode {
  // A new value from outside starts the field anew.
  return <Typed key={props.value} {...props} />;
}

function Typed({ title, value, onChange, placeholder, mono = false, maxLength = 200 }: WordsProps): ReactNode {
  const [typed, type] = useState(value);
  const done = (): void => {
    if (typed.trim() !== value) onChange(typed.trim());
  };
  return (
    <Input
      value={typed}
      onChange={(event) => type(event.target.value)}
      onBlur={done}
      onPressEnter={done}
      aria-label={title}
      maxLength={maxLength}
      spellCheck={false}
      {...(mono ? { className: "mono" } : {})}
      {...(placeholder ? { placeholder } : {})}
    />
  );
}
