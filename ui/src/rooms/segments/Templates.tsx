// What could one start from? A card for each usual question; choosing one opens the builder with it.
import { Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatMoney } from "@/parts/format";
import { usePath, useWorkspace } from "@/shell/workspace";
import { minorPerUnit } from "@/parts/money";
import styles from "./Segments.module.css";
import { SPENT, useTemplates, type TemplateKey } from "./templates";

/** What a template is called, and what it asks. */
export function useTemplateWords(): (key: TemplateKey) => { readonly name: string; readonly text: string } {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { currency } = useWorkspace();
  const amount = formatMoney(SPENT * minorPerUnit(currency), currency, tag);
  return (key) => ({ name: t(`templates.${key}.name`), text: t(`templates.${key}.text`, { amount }) });
}

export function TemplateCards(): ReactNode {
  const { keys } = useTemplates();
  const words = useTemplateWords();
  const path = usePath();
  return (
    <ul className={styles.templates}>
      {keys.map((key) => (
        <li key={key}>
          <Link to={`${path("segments", "new-segment")}?template=${key}`} className={styles.template}>
            <strong>{words(key).name}</strong>
            <span>{words(key).text}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** The same in one line, above an empty builder. */
export function TemplateTags({ onPick }: { onPick: (key: TemplateKey) => void }): ReactNode {
  const { t } = useTranslation();
  const { keys } = useTemplates();
  const words = useTemplateWords();
  return (
    <div className={styles.templateTags} role="group" aria-label={t("templates.title")}>
      <span className="faint">{t("templates.title")}</span>
      {keys.map((key) => (
        <Tag.CheckableTag key={key} checked={false} onChange={() => onPick(key)}>
          {words(key).name}
        </Tag.CheckableTag>
      ))}
    </div>
  );
}
