// How does a value get onto the clipboard? One button, which says that it worked.
import { Button, Tooltip } from "antd";
import { Check, Copy as CopyIcon } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { copyText } from "./copyText";
import styles from "./Copy.module.css";

export function Copy({ text, label, full = false }: { text: string; label?: string; full?: boolean }): ReactNode {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  const name = label ?? t("actions.copy");
  const copy = async (): Promise<void> => {
    if (!(await copyText(text))) return;
    setDone(true);
    setTimeout(() => setDone(false), 1600);
  };
  const icon = done ? <Check size={14} aria-hidden /> : <CopyIcon size={14} aria-hidden />;
  const shown = done ? t("actions.copied") : name;
  if (full) {
    return (
      <Button icon={icon} onClick={copy}>
        {shown}
      </Button>
    );
  }
  return (
    <Tooltip title={shown}>
      <Button type="text" size="small" icon={icon} aria-label={shown} onClick={copy} className={styles.small ?? ""} />
    </Tooltip>
  );
}

/** An id or key in type of its own, with a button that copies it. */
export function Code({ value, shown }: { value: string; shown?: string }): ReactNode {
  return (
    <span className={styles.code}>
      <code title={value}>{shown ?? value}</code>
      <Copy text={value} />
    </span>
  );
}
