// What is the tag called, what does it mean, and who answers for it? In both languages, because everybody reads the same standard.
import { Input } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import type { Draft } from "./draft";

interface NameFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** The key as it will be. */
  readonly shownKey: string;
  /** It stands already. */
  readonly fixed: boolean;
  readonly wrongLabel: string | undefined;
  readonly wrongKey: string | undefined;
}

export function NameFields({ draft, onChange, shownKey, fixed, wrongLabel, wrongKey }: NameFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { label } = draft;
  return (
    <Card title={t("tagEditor.naming")}>
      <Fields>
        <Field label={t("tagEditor.labelZh")} {...(wrongLabel && !label.zh ? { wrong: wrongLabel } : {})}>
          {(id, note) => (
            <Input
              id={id}
              aria-describedby={note}
              lang="zh"
              value={label.zh}
              onChange={(event) => onChange({ ...draft, label: { ...label, zh: event.target.value } })}
              maxLength={200}
              status={wrongLabel ? "error" : ""}
            />
          )}
        </Field>
        <Field label={t("tagEditor.labelEn")}>
          {(id) => (
            <Input
              id={id}
              lang="en"
              value={label.en}
              onChange={(event) => onChange({ ...draft, label: { ...label, en: event.target.value } })}
              maxLength={200}
              status={wrongLabel ? "error" : ""}
            />
          )}
        </Field>
        {fixed ? null : (
          <Field label={t("tagEditor.key")} note={t("tagEditor.keyNote")} {...(wrongKey ? { wrong: wrongKey } : {})}>
            {(id, note) => (
              <Input
                id={id}
                aria-describedby={note}
                className="mono"
                value={shownKey}
                onChange={(event) => onChange({ ...draft, key: event.target.value === "" ? null : event.target.value })}
                maxLength={63}
                spellCheck={false}
                status={wrongKey ? "error" : ""}
              />
            )}
          </Field>
        )}
        <Field label={t("tagEditor.owner")} note={t("tagEditor.ownerNote")}>
          {(id, note) => (
            <Input
              id={id}
              aria-describedby={note}
              value={draft.owner}
              onChange={(event) => onChange({ ...draft, owner: event.target.value })}
              maxLength={200}
            />
          )}
        </Field>
        <Descriptions draft={draft} onChange={onChange} />
      </Fields>
    </Card>
  );
}

function Descriptions({ draft, onChange }: Pick<NameFieldsProps, "draft" | "onChange">): ReactNode {
  const { t } = useTranslation();
  const { description } = draft;
  return (["zh", "en"] as const).map((language) => (
    <Field key={language} label={t(language === "zh" ? "tagEditor.descriptionZh" : "tagEditor.descriptionEn")} wide>
      {(id) => (
        <Input.TextArea
          id={id}
          lang={language}
          value={description[language]}
          onChange={(event) => onChange({ ...draft, description: { ...description, [language]: event.target.value } })}
          autoSize={{ minRows: 1, maxRows: 4 }}
          maxLength={2000}
        />
      )}
    </Field>
  ));
}
